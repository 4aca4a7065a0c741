"""The plan as a whole in the demo: published once the groups are there, and revised for many sessions at once (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from deploy.demo.play import Play, days

PUBLISHED = date(2024, 6, 11)
POSTPONED, TAKEN_BACK = date(2024, 11, 4), date(2024, 11, 7)
LATER = timedelta(days=7)
Sessions = Mapping[tuple[str, int], tuple[date, date]]  # by kind and number, their first and last days
# Far ahead, and in calendars already: each who is invited hears of three changes, and gets the plan anew.
THREE: Sessions = {
    ("coordinator_meeting", 4): (date(2025, 4, 29), date(2025, 4, 29)),
    ("joint_session", 4): (date(2025, 5, 20), date(2025, 5, 21)),
    ("joint_session", 5): (date(2025, 9, 11), date(2025, 9, 12)),
}


async def publish(it: Play) -> None:
    async with it.on(PUBLISHED, "Planen publiseres: fra nå av inviteres alle som er med"):
        await it.client.post(f"/scheduling/programmes/{it.programme}/plan/publication", {})


async def postpone_three_and_take_it_back(it: Play) -> None:
    """One revision each; the dates of what follows in the story are as they were."""
    async with it.on(POSTPONED, "Tre samlinger i 2025 utsettes en uke, i én revisjon av planen"):
        later = {which: (first + LATER, last + LATER) for which, (first, last) in THREE.items()}
        await _revise(it, later, reason="postponed")
    async with it.on(TAKEN_BACK, "Lokalene ble ledige likevel: de tre får dagene sine tilbake"):
        await _revise(it, THREE, reason="venue")


async def _revise(it: Play, sessions: Sessions, *, reason: str) -> None:
    """All that is said of a session's time is given anew; a coordinator meeting lasts as long as it did."""
    moves = [
        {
            "session": it.sessions[(*which, None)],
            "when": days(first, last) | ({"duration_minutes": 150} if which[0] == "coordinator_meeting" else {}),
        }
        for which, (first, last) in sessions.items()
    ]
    await it.client.post(f"/scheduling/programmes/{it.programme}/plan/revisions", {"moves": moves, "reason": reason})
