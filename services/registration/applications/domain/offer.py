"""The offer of a free place to who waits, by hand and with a day to answer by (R2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import Assessment, check_criteria
from services.registration.applications.domain.waiting_list import WaitingList
from services.registration.programmes.domain.places import Places, check_one_is_free
from services.registration.programmes.domain.programme import Programme
from shared.errors import Conflict, RuleBroken

RULE = "R2"
Outcome = Literal["accepted", "refused", "lapsed", "withdrawn", "taken_back"]


@dataclass(frozen=True, kw_only=True)
class Offer:
    offered_on: date
    answer_by: date  # the last day
    place: int | None = None  # that the party had on the waiting list; none: out of the queue
    in_spite_of_criteria: bool = False
    reason: str | None = None  # why in spite of them, or out of turn
    outcome: Outcome | None = None  # none: it stands
    ended_on: date | None = None


def check_waits(application: Application) -> None:
    """Raises Conflict for who does not wait for a place."""
    if application.state != "waiting_list":
        msg = f"the application is {application.state.replace('_', ' ')}; a place is offered to who waits for one"
        raise Conflict(msg, code="application_does_not_wait", rule=RULE, field="application")


def check_day(programme: Programme, answer_by: date, today: date) -> None:
    """Raises RuleBroken for a day to answer by that is too near, or past the programme's period.

    Tomorrow at the earliest, so that a day is left to answer. On the period's last day at the latest, and not before its first:
    who joins late owes the instalments that are due already (B5), and takes part all the same.
    """
    first, last = today + timedelta(days=1), programme.period_end
    if answer_by < first:
        msg = f"an offer leaves a day to answer: {first} is the first that can be given"
        raise RuleBroken(msg, code="answer_by_is_too_soon", rule=RULE, field="answer_by", values={"first": first})
    if answer_by > last:
        msg = f"an offer is answered within the programme's period, which ends on {last}"
        raise RuleBroken(msg, code="answer_by_is_too_late", rule=RULE, field="answer_by", values={"last": last})


def check_place(places: Places) -> None:
    """Raises Conflict where the programme has no number of places, or none that is free."""
    if places.places is None:
        msg = "how many places the programme has is not said; set its places first, or accept by an assessment"
        raise Conflict(msg, code="places_are_not_set", rule=RULE, field="application")
    check_one_is_free(places, field="application")


def check_turn(standing: WaitingList, application: Application, reason: str | None, *, out_of_turn: bool) -> None:
    """Raises Conflict for who is not the first in the queue, unless it is said that and why it is offered out of turn."""
    place = standing.place_of(application)
    if place == 1:
        return
    if not out_of_turn:
        if place is None:
            msg = (
                'an offer to the party has lapsed; put it back into the order, or say "out_of_turn": true with a reason'
            )
            raise Conflict(msg, code="out_of_the_queue", rule=RULE, field="out_of_turn")
        msg = f'{place - 1} before it in the queue; to offer it all the same, say "out_of_turn": true with a reason'
        raise Conflict(msg, code="others_are_before_it", rule=RULE, field="out_of_turn", values={"others": place - 1})
    if reason is None:
        msg = "who is offered a place out of turn is so with a reason"
        raise RuleBroken(msg, code="out_of_turn_without_reason", rule=RULE, field="reason")


def accepting(last: Assessment | None, *, in_spite_of_criteria: bool, reason: str | None) -> Assessment:
    """The last assessment, as one that accepts.

    Raises Conflict where it is lost, or RuleBroken where a criterion is not met and it is not said that and why the party is
    accepted in spite of it.
    """
    if last is None:
        msg = "the application's assessment is lost, and is to be said anew"
        raise Conflict(msg, code="assessment_is_lost", rule=RULE, field="application")
    found = replace(
        last,
        outcome="accepted",
        in_spite_of_criteria=in_spite_of_criteria,
        reason=reason if in_spite_of_criteria else last.reason,
    )
    check_criteria(found)
    return found


def check_can_be_answered(application: Application, today: date) -> None:
    """Raises Conflict where no place is offered, or the day to answer by is past; `today` is a day in Norway."""
    if application.state != "offered" or application.offered_until is None:
        msg = f"no place is offered: the application is {application.state.replace('_', ' ')}"
        raise Conflict(msg, code="no_place_is_offered", rule=RULE, field="application")
    if has_lapsed(application, today):
        msg = f"the offer was to be answered by {application.offered_until}"
        raise Conflict(
            msg, code="offer_has_lapsed", rule=RULE, field="application", values={"on": application.offered_until}
        )


def has_lapsed(application: Application, today: date) -> bool:
    """Whether an offer was not answered on its last day."""
    until = application.offered_until
    return application.state == "offered" and until is not None and until < today
