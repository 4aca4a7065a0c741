"""Who was replaced as coordinator is erased once the programme is over, with a receipt over all services (N2)."""

from __future__ import annotations

from datetime import date, time

from deploy.demo.cast import Municipality
from deploy.demo.play import Play


async def erase_the_one_who_was_replaced(it: Play, one: Municipality) -> None:
    """The receipt is complete once the services are at rest, as they are before the next day begins."""
    name = one.participants()[one.coordinator]["name"]
    async with it.on(date(2026, 1, 15), f"{name}, som var koordinator i {one.name}, slettes", at=time(17)):
        history = (await it.client.get(it.of_programme(f"groups/{one.organisation_number}")))["history"]
        person = next(str(was["person"]) for was in history if was["was"] == "coordinator" and was["name"] == name)
        await it.client.post(f"/registration/people/{person}/erasure", {"reason": "asked_for"})
    receipt = await it.client.get(f"/registration/people/{person}/erasure")
    if receipt["is_pending"]:
        msg = f"not every service has answered that {person} was erased"
        raise RuntimeError(msg)
