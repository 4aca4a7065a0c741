"""The place that one gave up is offered to who waits, and nobody answers (R2)."""

from __future__ import annotations

from datetime import date, time

from deploy.demo.cast import Municipality
from deploy.demo.play import Play

PLACES = 13
ANSWER_BY, LAPSED = date(2024, 6, 17), date(2024, 6, 18)


async def offer_the_place(it: Play, waiting: Municipality, given_up_by: str) -> None:
    async with it.on(
        date(2024, 6, 3), f"{waiting.name} får tilbud om plassen etter {given_up_by}, til 17. juni", at=time(16, 30)
    ):
        application = it.applications[waiting.organisation_number]
        await it.client.post(f"/registration/applications/{application}/offer", {"answer_by": ANSWER_BY.isoformat()})


async def see_it_lapse(it: Play, waiting: str) -> None:
    """Nothing is done: the day itself has the offer lapse."""
    async with it.on(LAPSED, f"{waiting} har ikke svart: tilbudet er falt bort"):
        pass
