"""The assessment of an application: a verdict on each answer, and the decision (R2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.registration.applications.domain.application import Application, State
from shared.errors import Conflict

Outcome = Literal["accepted", "waiting_list", "declined"]

OPEN: tuple[State, ...] = ("received", "waiting_list")  # who is on the waiting list may still be accepted


@dataclass(frozen=True, kw_only=True)
class Verdict:
    met: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A verdict on each answer, and the decision."""

    development_as_whole: Verdict
    development_area: Verdict
    dialogue_with_branch: Verdict
    outcome: Outcome


def check_open(application: Application) -> None:
    """Raises Conflict for an application that is accepted or declined already."""
    if application.state not in OPEN:
        msg = f"the application is decided: {application.state}"
        raise Conflict(msg, rule="R2", field="outcome")
