"""Change what is known of a party."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.domain.party import Party, check
from services.registration.repository import parties
from services.registration.use_cases import tell
from shared.database import Database
from shared.events import registration as events


async def change_party(database: Database, organisation_number: str, changes: dict[str, Any], *, by: str) -> Party:
    """`changes` has the fields that change. Raises NotFound or RuleBroken."""
    async with database.transaction() as connection:
        before = await parties.get(connection, organisation_number, lock=True)
        if replace(before, **changes) == before:
            return before
        after = replace(before, **changes, version=before.version + 1)
        check(after)
        await parties.save(connection, after, by=by)
        await tell.tell(connection, events.PARTY_CHANGED, tell.party(after))
        return after
