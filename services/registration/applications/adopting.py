"""An application taken back from its own event: the inverse of `telling.py`. What it said is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application, State
from services.registration.areas import repository as areas
from services.registration.people.adopting import add_lost_person, ensure_person
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.errors import RuleBroken
from shared.messaging.recover import BY, Adoptions

# After these it may say something else than before, and what is not told.
SAYS_SOMETHING_ELSE = (events.APPLICATION_RECEIVED.type, events.APPLICATION_CHANGED.type)


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
        )
        await applications.add(connection, lost, by=BY)
        return
    found = replace(
        standing,
        version=it.version,
        party=it.party,
        state=state,
        withdrawal_reason=None,
        development_area=it.development_area,
    )
    if it.contact_person is not None:
        found = replace(found, contact_person=it.contact_person)
    if event.type in SAYS_SOMETHING_ELSE and it.party == standing.party:
        found = replace(found, answers=None if state == "received" else found.answers, payer_reference=None)
    await applications.save(connection, found, by=BY)


ADOPTIONS: Adoptions = dict.fromkeys(
    (
        events.APPLICATION_RECEIVED,
        events.APPLICATION_CHANGED,
        events.APPLICATION_ACCEPTED,
        events.APPLICATION_WAITLISTED,
        events.APPLICATION_DECLINED,
        events.APPLICATION_WITHDRAWN,
    ),
    application,
)
