"""The assessment of an application: a verdict on each answer, and the decision (R2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from services.registration.applications.domain.application import Application
from shared.errors import Conflict, RuleBroken

Outcome = Literal["accepted", "waiting_list", "declined"]
Replaced = Literal["accepted", "waiting_list", "declined", "offered"]  # answers that a new decision replaces

RULE = "R2"


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
    in_spite_of_criteria: bool = False
    reason: str | None = None

    @property
    def not_met(self) -> list[str]:
        """The questions whose criterion is not met."""
        return [name for name, it in vars(self).items() if isinstance(it, Verdict) and not it.met]


def check_can_be_decided(application: Application, agreement: str | None) -> None:
    """Raises Conflict for an application that is withdrawn, or on which an agreement is out, whose id `agreement` is.

    Until then a decision made by mistake is made anew, and who waits or was declined is accepted when a place opens.
    """
    if application.state == "withdrawn":
        msg = "the application is withdrawn; where the party applies after all, receive it anew"
        raise Conflict(msg, code="application_is_withdrawn", rule=RULE, field="outcome")
    if agreement is not None:
        msg = (
            f"the application is {application.state} and an agreement is sent, which binds the decision; call it back first: "
            f"DELETE /registration/agreements/{agreement}"
        )
        raise Conflict(msg, code="agreement_binds_the_decision", rule=RULE, field="outcome")


def check_criteria(assessment: Assessment) -> None:
    """Raises RuleBroken where a party is accepted although a criterion is not met, and it is not said that and why it is so."""
    if assessment.outcome != "accepted" or not assessment.not_met:
        return
    if not assessment.in_spite_of_criteria:
        msg = f'not met: {", ".join(assessment.not_met)}; to accept all the same, say "in_spite_of_criteria": true'
        raise RuleBroken(msg, code="criteria_are_not_met", rule=RULE, field="in_spite_of_criteria")
    if assessment.reason is None:
        msg = f"not met: {', '.join(assessment.not_met)}; who is accepted all the same is so with a reason"
        raise RuleBroken(msg, code="reason_is_missing", rule=RULE, field="reason")


def replaced(application: Application) -> Replaced | None:
    """The earlier answer that a new decision on the application replaces."""
    return application.state if application.state in get_args(Replaced) else None  # type: ignore[return-value]  # mypy can't see that it is one
