"""Correct a person's name, address or telephone number. Nothing of it is published (N2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups import repository as groups
from services.registration.groups.use_cases.change_group import save_group
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import Person, check
from services.registration.programmes import repository as programmes
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict


async def correct_person(database: Database, id: str, changes: dict[str, Any], *, by: str) -> Person:
    """Correct the fields of a person that `changes` has.

    Someone who was lost, and has the name and address of another, is that one from then on. No event carries a name or an
    address. An event about each group that the person has to do with says that something changed: who writes to its people
    asks for them anew. Raises NotFound, RuleBroken, Stale, or Conflict for an address that someone else has.
    """
    async with database.transaction() as connection:
        affected = await groups.of_person(connection, id)
        # In the order in which everybody locks, so that no deadlock comes about: programmes by code, then the persons.
        for programme in sorted({programme for programme, _ in affected}):
            await programmes.get(connection, programme, lock=True)
        await people.lock_for_adding(connection)
        before = await people.get(connection, id)
        after = replace(before, **changes)
        check(after)
        holder = await _holder(connection, before, after)
        # The groups were read before their programmes were locked: one may have come or gone meanwhile.
        if await groups.of_person(connection, id) != affected:
            msg = "the person's groups are just being changed; try again"
            raise Conflict(msg, rule="N2")
        if after == before:
            return before
        seen.compare(before)
        if holder is None:
            await people.save(connection, after, by=by)
        else:
            after = holder
            await _replace(connection, before, holder, affected, by=by)
        for programme, party in affected:
            group = await groups.of_party(connection, programme, await parties.get(connection, party))
            await save_group(connection, group, group, events.GROUP_CHANGED, by=by)
        return after


async def _holder(connection: AsyncConnection, before: Person, after: Person) -> Person | None:
    """Who someone that was lost turns out to be. Raises Conflict where it is someone who is known with an address of their own."""
    holder = await people.find(connection, after.scope, after.email) if after.email else None
    if holder is None or holder.id == before.id:
        return None
    if before.email is None and holder.name == after.name:
        return holder
    msg = "somebody else has this e-mail address"
    raise Conflict(msg, rule="N2", field="email")


async def _replace(
    connection: AsyncConnection, lost: Person, holder: Person, concerned: Sequence[tuple[str, str]], *, by: str
) -> None:
    """Raises Conflict where both would take part in a group."""
    for programme, party in concerned:
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
        people_in = {it.person for it in group.participants}
        if {lost.id, holder.id} <= people_in:
            msg = "this person takes part already; remove the participant who is not known"
            raise Conflict(msg, rule="R5", field="email")
    if await people.is_advisor(connection, lost.id) and not await people.is_advisor(connection, holder.id):
        await people.add_advisor(connection, holder.id, by=by)
    await groups.put_in_place_of(connection, lost.id, holder.id)
    await people.remove(connection, lost.id)
