"""Correct a person's name, address or telephone number. Nothing of it is published (N2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.domain.person import Person
from services.registration.repository import people
from shared.database import Database
from shared.errors import Conflict


async def correct_person(database: Database, id: str, changes: dict[str, Any], *, by: str) -> Person:
    """`changes` has the fields that change. Raises NotFound, or Conflict for an address that someone else has."""
    async with database.transaction() as connection:
        await people.to_be_added(connection)
        before = await people.get(connection, id)
        after = replace(before, **changes)
        holder = await people.find(connection, after.scope, after.email)
        if holder is not None and holder.id != id:
            msg = "somebody else has this e-mail address"
            raise Conflict(msg, rule="N2", field="email")
        if after != before:
            await people.save(connection, after, by=by)
        return after
