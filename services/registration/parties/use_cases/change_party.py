"""Change what is known of a party."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.parties import repository as parties
from services.registration.parties import telling
from services.registration.parties.domain.party import Party, check_party, with_legal_name
from services.registration.works import renamed
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.facts import record


async def change_party(database: Database, organisation_number: str, changes: dict[str, Any], *, by: str) -> Party:
    """Change the fields of a party that `changes` has; where none differs there is no event. Raises NotFound, RuleBroken or Stale.

    An `invoice_email` that is given, be it none, is lost no more.
    """
    if "invoice_email" in changes:
        changes = changes | {"invoice_email_is_lost": False}
    async with database.transaction() as connection:
        before = await parties.get(connection, organisation_number, lock=True)
        changed = with_legal_name(replace(before, **changes), before)
        if changed == before:
            return before
        seen.compare(before)
        after = replace(changed, version=before.version + 1)
        check_party(after)
        await parties.save(connection, after, by=by)
        await record(connection, renamed(organisation_number))
        await outbox.tell(connection, events.PARTY_CHANGED, telling.party(after))
        return after
