"""An application with its three answers, and what is found about them (R2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stdnum.no import fodselsnummer

from shared.errors import Conflict, RuleBroken

Outcome = Literal["accepted", "waiting_list", "declined"]
State = Literal["received", "accepted", "waiting_list", "declined"]
OPEN: tuple[State, ...] = ("received", "waiting_list")  # who waits may still be accepted


@dataclass(frozen=True, kw_only=True)
class Answers:
    development_as_whole: str
    development_area: str
    dialogue_with_branch: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    met: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A verdict on each answer, and what follows."""

    development_as_whole: Verdict
    development_area: Verdict
    dialogue_with_branch: Verdict
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Application:
    id: str
    version: int
    programme: str
    party: str  # organisation number
    answers: Answers
    contact_person: str  # id; the party's until its group has elected a coordinator
    payer_reference: str
    state: State


def check_payer_reference(reference: str) -> None:
    """It stands in events, from which nothing can be erased (N2). Raises RuleBroken."""
    if fodselsnummer.is_valid(reference):
        msg = "a national identity number is personal data, and no payer's reference"
        raise RuleBroken(msg, rule="N2", field="payer_reference")


def check_open(application: Application) -> None:
    """Raises Conflict for one that is decided."""
    if application.state not in OPEN:
        msg = f"the application is decided: {application.state}"
        raise Conflict(msg, rule="R2", field="outcome")


def check_accepted(application: Application | None) -> Application:
    """The application of who takes part. Raises Conflict where there is none, or it is not accepted."""
    if application is None or application.state != "accepted":
        msg = "the party's application is not accepted"
        raise Conflict(msg, rule="R2", field="party")
    return application
