"""Correct a person's name, address or telephone number. Nothing of it is published (N2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.groups import repository as groups
from services.registration.groups.use_cases.change_group import save_group
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.programmes import repository as programmes
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict


async def correct_person(database: Database, id: str, changes: dict[str, Any], *, by: str) -> Person:
    """Correct the fields of a person that `changes` has. Raises NotFound, or Conflict for an address that someone else has.

    No event carries a name or an address. An event about each group that the person has to do with says that something
    changed: who writes to its people asks for them anew.
    """
    async with database.transaction() as connection:
        affected = await groups.of_person(connection, id)
        # In the order in which everybody locks, so that no deadlock comes about: programmes by code, then the persons.
        for programme in sorted({programme for programme, _ in affected}):
            await programmes.get(connection, programme, lock=True)
        await people.lock_for_adding(connection)
        before = await people.get(connection, id)
        after = replace(before, **changes)
        holder = await people.find(connection, after.scope, after.email)
        if holder is not None and holder.id != id:
            msg = "somebody else has this e-mail address"
            raise Conflict(msg, rule="N2", field="email")
        # The groups were read before their programmes were locked: one may have come or gone meanwhile.
        if await groups.of_person(connection, id) != affected:
            msg = "the person's groups are just being changed; try again"
            raise Conflict(msg, rule="N2")
        if after == before:
            return before
        await people.save(connection, after, by=by)
        for programme, party in affected:
            group = await groups.of_party(connection, programme, await parties.get(connection, party))
            await save_group(connection, group, group, events.GROUP_CHANGED, by=by)
        return after
