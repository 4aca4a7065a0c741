"""Assess an application: a verdict on each answer, and the decision (R2)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import offers, telling
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import (
    Assessment,
    Outcome,
    check_can_be_decided,
    check_criteria,
    replaced,
)
from services.registration.applications.domain.offer import Outcome as Ended
from services.registration.applications.use_cases.number_waiting_list import number_waiting_list
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.places import check_one_is_free
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox

HOLD_A_PLACE = ("accepted", "offered")
EVENT_OF_OUTCOME = {
    "accepted": events.APPLICATION_ACCEPTED,
    "waiting_list": events.APPLICATION_WAITLISTED,
    "declined": events.APPLICATION_DECLINED,
}


async def assess_application(database: Database, id: str, assessment: Assessment, *, by: str) -> Application:
    """Record an assessment, the first or a later one. The same one twice is one.

    Where the state stays the same, the assessment is kept and there is no event. Who is to wait stands last in the queue; who
    had an offer, which is taken back by it, where it stood before. Raises NotFound, RuleBroken, Conflict, for want of a place
    too, or Stale.
    """
    check_criteria(assessment)
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        last = await applications.last_assessment(connection, id)
        is_decided_so = before.state == assessment.outcome
        if is_decided_so and last == assessment:
            return before
        is_lost = last is None and is_decided_so  # and said anew
        if not is_lost:
            agreement = await applications.agreement_out(connection, before.programme, before.party)
            check_can_be_decided(before, agreement)
        if assessment.outcome == "accepted" and before.state not in HOLD_A_PLACE:
            programme = await programmes.get(connection, before.programme)
            check_one_is_free(await programmes.places_of(connection, programme), field="outcome")
        seen.compare(before, last)
        await applications.add_assessment(connection, id, assessment, by=by)
        if is_decided_so:
            return before
        return await _decide(connection, before, assessment.outcome, by=by)


async def _decide(connection: AsyncConnection, before: Application, outcome: Outcome, *, by: str) -> Application:
    queue = list((await applications.waiting(connection, before.programme)).queue)
    after = replace(before.now(outcome), version=before.version + 1)
    queue = [it for it in queue if it.id != before.id]
    if outcome == "waiting_list":
        place = await _place(connection, before, last=len(queue) + 1)
        after = replace(after, waiting_list_place=place)
        queue.insert(place - 1, after)
    await applications.save(connection, after, by=by)
    if before.state == "offered":
        end: Ended = "accepted" if outcome == "accepted" else "taken_back"
        await offers.end(connection, before.id, end, on=await clock.today(connection), by=by)
    await outbox.tell(connection, EVENT_OF_OUTCOME[outcome], telling.application(after, replaces=replaced(before)))
    await number_waiting_list(connection, before.programme, queue=queue, by=by)
    return after


async def _place(connection: AsyncConnection, before: Application, *, last: int) -> int:
    offer = await offers.last(connection, before.id) if before.state == "offered" else None
    return min(offer.place, last) if offer is not None and offer.place is not None else last
