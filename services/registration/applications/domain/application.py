"""An application with its three answers (R2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from shared.errors import Conflict

State = Literal["received", "accepted", "waiting_list", "declined", "withdrawn", "offered"]


@dataclass(frozen=True, kw_only=True)
class Answers:
    development_as_whole: str
    development_area: str
    dialogue_with_branch: str


@dataclass(frozen=True, kw_only=True)
class Application:
    id: str
    version: int
    programme: str
    party: str  # organisation number
    answers: Answers | None  # none: lost, as is the payer's reference, and to be said anew
    contact_person: str  # a person's id; the party's contact person until its group has elected a coordinator
    payer_reference: str | None
    state: State
    withdrawal_reason: str | None = None
    development_area: str | None = None  # the id of one that its county branch has adopted
    waiting_list_place: int | None = None  # as told; none where it was never told, out of the queue, and off the list
    out_of_queue: bool = False  # it waits, and an offer to it has lapsed
    offered_until: date | None = None  # the last day on which an offer is answered

    def now(self, state: State, **changes: Any) -> Application:
        """The application in another state, and off the waiting list unless `changes` say where on it."""
        off = {"waiting_list_place": None, "out_of_queue": False, "offered_until": None}
        return replace(self, state=state, **off | changes)


def check_accepted(application: Application | None) -> Application:
    """The application, if it is accepted. Raises Conflict where there is none, or it is not."""
    if application is None or application.state != "accepted":
        msg = "the party's application is not accepted"
        raise Conflict(msg, code="application_is_not_accepted", rule="R2", field="party")
    return application


def check_stands(application: Application | None) -> Application:
    """The application, be it decided or not. Raises Conflict where there is none, or it is withdrawn or declined."""
    if application is None or application.state in ("withdrawn", "declined"):
        is_so = f"the party's application is {application.state}" if application else "the party has not applied"
        msg = f"{is_so}, so it takes no part"
        raise Conflict(msg, code="party_takes_no_part", rule="R2", field="party")
    return application
