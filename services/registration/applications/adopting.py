"""An application taken back from its own event: the inverse of `telling.py`. What it said, and why an offer was made, is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import offers
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application, State
from services.registration.applications.domain.offer import Offer, Outcome
from services.registration.areas import repository as areas
from services.registration.people.adopting import add_lost_person, ensure_person
from shared import clock
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.errors import RuleBroken
from shared.messaging.recover import BY, Adoptions

# After these it may say something else than before, and what is not told.
SAYS_SOMETHING_ELSE = (events.APPLICATION_RECEIVED.type, events.APPLICATION_CHANGED.type)
# What becomes of an offer by these; a refusal is a withdrawal.
ENDS: dict[str, Outcome] = {
    events.APPLICATION_ACCEPTED.type: "accepted",
    events.APPLICATION_WITHDRAWN.type: "withdrawn",
    events.APPLICATION_OFFER_LAPSED.type: "lapsed",
    events.APPLICATION_WAITLISTED.type: "taken_back",
    events.APPLICATION_DECLINED.type: "taken_back",
}


async def application(connection: AsyncConnection, event: Event[events.Application]) -> None:
    """Raises RuleBroken for a state that is not known here."""
    it = event.data
    if it.state not in get_args(State):
        msg = f"this version knows no application that is {it.state}"
        raise RuleBroken(msg, code="unknown_state", rule="R2", field="state")
    state = cast("State", it.state)
    standing = await applications.find_by_id(connection, it.id)
    if standing is not None and standing.version >= it.version:
        return
    if it.contact_person is not None:
        await ensure_person(connection, it.contact_person, it.party)
    if it.development_area is not None:
        await areas.ensure(connection, it.development_area, by=BY)
    if standing is None:
        lost = Application(
            id=it.id,
            version=it.version,
            programme=it.programme,
            party=it.party,
            answers=None,
            contact_person=it.contact_person or await add_lost_person(connection, it.party),
            payer_reference=None,
            state=state,
            development_area=it.development_area,
            **_on_the_list(event, None),
        )
        await applications.add(connection, lost, by=BY)
        await _adopt_offer(connection, event, None)
        return
    found = replace(
        standing,
        version=it.version,
        party=it.party,
        state=state,
        withdrawal_reason=None,
        development_area=it.development_area,
        **_on_the_list(event, standing),
    )
    if it.contact_person is not None:
        found = replace(found, contact_person=it.contact_person)
    says_something_else = event.type in SAYS_SOMETHING_ELSE and it.waiting_list_place == standing.waiting_list_place
    if says_something_else and it.party == standing.party:
        found = replace(found, answers=None if state == "received" else found.answers, payer_reference=None)
    await applications.save(connection, found, by=BY)
    await _adopt_offer(connection, event, standing)


def _on_the_list(event: Event[events.Application], standing: Application | None) -> dict[str, Any]:
    """That it is out of the queue the lapse says; whatever else is told of it while it waits without a place leaves it so."""
    it = event.data
    stays_out = standing is not None and standing.out_of_queue and event.type == events.APPLICATION_CHANGED.type
    return {
        "waiting_list_place": it.waiting_list_place,
        "offered_until": it.offered_until,
        "out_of_queue": it.waiting_list_place is None
        and (stays_out or event.type == events.APPLICATION_OFFER_LAPSED.type),
    }


async def _adopt_offer(
    connection: AsyncConnection, event: Event[events.Application], standing: Application | None
) -> None:
    it, on = event.data, clock.day_of(event.time)
    if event.type == events.APPLICATION_OFFERED.type and it.offered_until is not None:
        place = standing.waiting_list_place if standing else None
        await offers.add(connection, it.id, Offer(offered_on=on, answer_by=it.offered_until, place=place), by=BY)
    elif event.type in ENDS:
        await offers.end(connection, it.id, ENDS[event.type], on=on, by=BY)


ADOPTIONS: Adoptions = dict.fromkeys(
    (
        events.APPLICATION_RECEIVED,
        events.APPLICATION_CHANGED,
        events.APPLICATION_ACCEPTED,
        events.APPLICATION_WAITLISTED,
        events.APPLICATION_DECLINED,
        events.APPLICATION_WITHDRAWN,
        events.APPLICATION_OFFERED,
        events.APPLICATION_OFFER_LAPSED,
    ),
    application,
)
