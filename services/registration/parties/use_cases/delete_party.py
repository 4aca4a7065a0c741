"""Delete a party that was registered by mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration import tables
from services.registration.parties import repository as parties
from services.registration.parties import telling
from services.registration.parties.domain.party import Party
from services.registration.rows import check_nothing_points_to
from shared import seen
from shared.contracts import registration as events
from shared.contracts.questions import WhatIsPlanned
from shared.database import Database
from shared.errors import NotFound
from shared.messaging import outbox
from shared.messaging.ask import Ask

POINTED_TO = tables.party.c.organisation_number
NOTHING_OF_PEOPLE: dict[str, Any] = {"invoice_email": None, "invoice_email_is_lost": False}


async def delete_party(database: Database, ask: Ask, party: str, *, by: str) -> Party:
    """Delete a party to which nothing points, neither here nor in the plan; deleted twice is deleted once.

    Its row stays, so that its versions count on where it comes again. Raises NotFound, Conflict or Stale, NoAnswer or
    RefusedToAnswer.
    """
    async with database.reading() as connection:
        standing = await parties.find(connection, party)
        if standing is None:
            msg = "there is no such party"
            raise NotFound(msg, code="no_such_party", rule="R1", field="party")
        if standing.deleted:
            return standing
        await check_nothing_points_to(connection, POINTED_TO, party, rule="R1")
    planned = await ask(WhatIsPlanned(party=party))
    async with database.transaction() as connection:
        before = await parties.get(connection, party, lock=True)
        await check_nothing_points_to(connection, POINTED_TO, party, planned=planned.count, rule="R1")
        seen.compare(before)
        after = replace(before, version=before.version + 1, deleted=True, **NOTHING_OF_PEOPLE)
        await parties.save(connection, after, by=by)
        await outbox.tell(connection, events.PARTY_DELETED, telling.party(after))
        return after
