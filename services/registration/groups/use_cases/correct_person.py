"""Correct a person's name, address or telephone number. Nothing of it is published (N2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.groups import repository as groups
from services.registration.groups.use_cases.change_group import save_group
from services.registration.groups.use_cases.merge_people import make_one
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import Contact, Person, check, check_not_erased
from services.registration.people.domain.pointing import scope_of
from services.registration.programmes import repository as programmes
from services.registration.works import renamed
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict
from shared.messaging.facts import record


async def correct_person(
    database: Database, id: str, changes: dict[str, Any], *, merge: bool = False, by: str
) -> Person:
    """Correct the fields of a person that `changes` has.

    Who gets the name and address of another is that one from then on: with `merge`, or where either was lost. The one
    who was known first keeps the id. No event carries a name or an address; one about each group that the person has to do with
    says that something changed: who writes to its people asks for them anew. Raises NotFound, RuleBroken, Stale, or Conflict for
    the name and address of another, or where both take part in one group.
    """
    async with database.transaction() as connection:
        persons, after = await _looked_up(connection, id, changes)
        affected = await groups.of_people(connection, [it.id for it in persons], ever=len(persons) > 1)
        # In the order in which everybody locks, so that no deadlock comes about: programmes by code, then the persons.
        for programme in sorted({*await _of_contact_persons(connection, persons), *(it for it, _ in affected)}):
            await programmes.get(connection, programme, lock=True)
        await people.lock_for_adding(connection)
        # They were read before they were locked: a group, or a person, may have come or gone meanwhile.
        if (persons, after) != await _looked_up(connection, id, changes) or affected != await groups.of_people(
            connection, [it.id for it in persons], ever=len(persons) > 1
        ):
            msg = "the person's groups are just being changed; try again"
            raise Conflict(msg, code="just_being_changed", rule="N2")
        before, *others = persons
        check_not_erased(before)
        check(after)
        after = replace(after, scope=scope_of(after, (await people.pointing_to(connection, [id]))[id]))
        if others or after != before:
            seen.compare(before)
        if others:
            if not merge and not any(it.is_lost for it in persons):
                who = ", ".join(it.id for it in others)
                msg = f"{who} has this name and address; with `merge` the two are one from then on, with the older id"
                raise Conflict(msg, code="another_is_the_same", rule="N1", field="merge")
            return await make_one(connection, persons, after, affected, by=by)
        if after == before:
            return before
        await people.save(connection, after, by=by)
        if after.name != before.name:
            await record(connection, renamed(id))
        await _tell(connection, affected, by=by)
        return after


async def _looked_up(connection: AsyncConnection, id: str, changes: dict[str, Any]) -> tuple[list[Person], Person]:
    """The person and whoever has this name and address too; and the person as corrected."""
    before = await people.get(connection, id)
    after = replace(before, **changes)
    if after.name is None:
        return [before], after
    same = await people.those_who_are(connection, after.scope, Contact(name=after.name, email=after.email))
    return [before, *(it for it in same if it.id != id)], after


async def _of_contact_persons(connection: AsyncConnection, persons: Sequence[Person]) -> set[str]:
    """The programmes of which one of these is the council's contact person, or a party's that applied."""
    ids = [it.id for it in persons]
    applied = {it.programme for it in await applications.of_contact_persons(connection, ids)}
    return applied | await programmes.of_contact_persons(connection, ids)


async def _tell(connection: AsyncConnection, affected: Sequence[tuple[str, str]], *, by: str) -> None:
    for programme, party in affected:
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
        await save_group(connection, group, group, events.GROUP_CHANGED, by=by)
