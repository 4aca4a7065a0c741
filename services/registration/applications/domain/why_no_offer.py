"""Why a party that waits has no offer (R2): nobody has to guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import Assessment
from services.registration.applications.domain.offer import Offer
from services.registration.applications.domain.waiting_list import WaitingList
from services.registration.programmes.domain.places import Places
from services.registration.programmes.domain.programme import Programme

Reason = Literal[
    "places_not_set",
    "no_place_free",
    "others_before_it",
    "offer_lapsed_out_of_the_queue",
    "criteria_not_met",
    "too_late",
    "not_offered_yet",
]


@dataclass(frozen=True, kw_only=True)
class Why:
    reason: Reason
    text: str


def why_no_offer(
    application: Application,
    last: Assessment | None,
    offers: Sequence[Offer],
    *,
    standing: WaitingList,
    programme: Programme,
    places: Places,
    today: date,
) -> list[Why]:
    """All that stands in the way, or, where nothing does, that nobody has offered the place that is free."""
    found = []
    if today >= programme.period_end:
        found.append(Why(reason="too_late", text=f"the programme's period ends on {programme.period_end}"))
    if places.places is None:
        found.append(Why(reason="places_not_set", text="how many places the programme has is not said"))
    elif not places.free:
        found.append(Why(reason="no_place_free", text=f"all {places.places} places are accepted or offered"))
    place = standing.place_of(application)
    if place is None:
        lapsed = next((it.answer_by for it in reversed(offers) if it.outcome == "lapsed"), None)
        on = f", which was to be answered by {lapsed}" if lapsed else ""
        text = f"it did not answer an offer{on}, and is not put back into the order yet"
        found.append(Why(reason="offer_lapsed_out_of_the_queue", text=text))
    elif place > 1:
        found.append(Why(reason="others_before_it", text=f"{place - 1} before it in the queue"))
    if last is not None and last.not_met:
        text = f"not met: {', '.join(last.not_met)}; an offer in spite of it is made with a reason"
        found.append(Why(reason="criteria_not_met", text=text))
    return found or [Why(reason="not_offered_yet", text="a place is free and it is the first: it can be offered now")]
