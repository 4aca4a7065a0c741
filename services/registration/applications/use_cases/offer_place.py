"""Offer a free place to who waits, with a day to answer by (R2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.applications import offers, telling
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.offer import (
    Offer,
    accepting,
    check_day,
    check_place,
    check_turn,
    check_waits,
)
from services.registration.applications.use_cases.number_waiting_list import number_waiting_list
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.closing import check_is_open
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def offer_place(
    database: Database,
    id: str,
    *,
    answer_by: date,
    out_of_turn: bool = False,
    in_spite_of_criteria: bool = False,
    reason: str | None = None,
    by: str,
) -> Application:
    """Offer it to the first in the queue, or out of turn with a reason. The same offer twice is one.

    `answer_by` is the last day, in Norway, on which it is answered. The party leaves the queue by it, and those behind move up.
    Raises NotFound, RuleBroken, Conflict or Stale.
    """
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        if before.state == "offered" and before.offered_until == answer_by:
            return before
        check_waits(before)
        programme = await programmes.get(connection, before.programme)
        check_is_open(programme)
        today = await clock.today(connection)
        check_day(programme, answer_by, today)
        check_place(await programmes.places_of(connection, programme))
        standing = await applications.waiting(connection, before.programme)
        check_turn(standing, before, reason, out_of_turn=out_of_turn)
        last = await applications.last_assessment(connection, id)
        accepting(last, in_spite_of_criteria=in_spite_of_criteria, reason=reason)
        seen.compare(before, last)
        after = replace(before.now("offered", offered_until=answer_by), version=before.version + 1)
        offer = Offer(
            offered_on=today,
            answer_by=answer_by,
            place=standing.place_of(before),
            in_spite_of_criteria=in_spite_of_criteria,
            reason=reason,
        )
        await applications.save(connection, after, by=by)
        await offers.add(connection, id, offer, by=by)
        await outbox.tell(connection, events.APPLICATION_OFFERED, telling.application(after))
        await number_waiting_list(connection, before.programme, by=by)
        return after
