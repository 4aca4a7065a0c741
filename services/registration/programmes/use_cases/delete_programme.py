"""Delete a programme that was opened by mistake."""

from __future__ import annotations

from dataclasses import replace

from services.registration import tables
from services.registration.programmes import repository as programmes
from services.registration.programmes import telling
from services.registration.programmes.domain.programme import Programme
from services.registration.rows import check_nothing_points_to
from shared import seen
from shared.contracts import registration as events
from shared.contracts.questions import WhatIsPlanned
from shared.database import Database
from shared.errors import NotFound
from shared.messaging import outbox
from shared.messaging.ask import Ask

POINTED_TO = tables.programme.c.code


async def delete_programme(database: Database, ask: Ask, programme: str, *, by: str) -> Programme:
    """Delete a programme to which nothing points, neither here nor in the plan; deleted twice is deleted once.

    Its row stays, so that its versions count on where it comes again. Raises NotFound, Conflict or Stale, NoAnswer or
    RefusedToAnswer.
    """
    async with database.reading() as connection:
        standing = await programmes.find(connection, programme)
        if standing is None:
            msg = "there is no such programme"
            raise NotFound(msg, code="no_such_programme", rule="R6", field="programme")
        if standing.deleted:
            return standing
        await check_nothing_points_to(connection, POINTED_TO, programme, rule="R6")
    planned = await ask(WhatIsPlanned(programme=programme))
    async with database.transaction() as connection:
        before = await programmes.get(connection, programme, lock=True)
        await check_nothing_points_to(connection, POINTED_TO, programme, planned=planned.count, rule="R6")
        seen.compare(before)
        after = replace(before, version=before.version + 1, deleted=True, contact_person=None)
        await programmes.save(connection, after, by=by)
        await outbox.tell(connection, events.PROGRAMME_DELETED, telling.programme(after))
        return after
