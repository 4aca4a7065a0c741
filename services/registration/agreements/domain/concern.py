"""A concern that obligations are not followed up, raised before an agreement can be terminated (R10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.ending import check_in_force
from shared.errors import Conflict, RuleBroken


def check_signed(agreement: Agreement) -> None:
    """Raises Conflict for an agreement that is not signed (R10)."""
    if agreement.signed_on is None:
        msg = "the agreement is not signed, so there are no obligations yet"
        raise Conflict(msg, code="agreement_is_not_signed", rule="R10", field="agreement")


State = Literal["raised", "resolved", "terminated"]
# What a concern may name besides its words: findings of the subject `obligations`, which stands above.
FindingCode = Literal[
    "nobody_came",
    "fewer_than_four",
    "school_owner_absent_twice",
    "attendance_not_recorded",
    "visit_not_booked",
    "visit_not_held",
    "contract_meeting_not_held",
    "group_incomplete",
    "no_advisor",
    "mapping_missing",
    "development_plan_not_begun",
    "no_work_between_sessions",
]


@dataclass(frozen=True, kw_only=True)
class Concern:
    """What one side says is not followed up."""

    id: str
    version: int
    agreement: str  # id
    raised_by: Literal["council", "municipality"]
    description: str | None  # none: lost, and to be said anew
    raised_on: date
    is_resolved: bool = False
    resolution_note: str | None = None
    findings: tuple[FindingCode, ...] = ()  # that it named when it was raised

    @property
    def untold(self) -> str | None:
        """What changes without an event: words that were lost, and are said anew."""
        return self.description

    def state(self, agreement: Agreement) -> State:
        """`terminated` where the agreement ended over this concern: where that end is taken back, it is raised again."""
        if agreement.ended_over == self.id:
            return "terminated"
        return "resolved" if self.is_resolved else "raised"


def check_can_be_raised(concern: Concern, agreement: Agreement, today: date) -> None:
    """Raises RuleBroken or Conflict for a concern that is dated ahead, or outside the time of a signed agreement (R10)."""
    check_signed(agreement)
    check_in_force(agreement, today)
    if concern.raised_on > today:
        msg = "a concern is not dated ahead"
        raise RuleBroken(msg, code="dated_ahead", rule="R10", field="raised_on")
    if agreement.signed_on and concern.raised_on < agreement.signed_on:
        msg = f"before {agreement.signed_on}, when the agreement was signed, there were no obligations"
        raise RuleBroken(
            msg,
            code="before_the_agreement_was_signed",
            rule="R10",
            field="raised_on",
            values={"on": agreement.signed_on},
        )


def resolved(concern: Concern, agreement: Agreement, note: str | None) -> Concern:
    """The concern, resolved. Raises Conflict where it led to termination, or is resolved with another note (R10)."""
    after = replace(concern, is_resolved=True, resolution_note=note)
    if after == concern:
        return concern
    if concern.is_resolved:
        msg = "the concern is resolved already, with another note"
        raise Conflict(msg, code="resolved_with_another_note", rule="R10", field="note")
    if concern.state(agreement) == "terminated":
        msg = "the concern led to termination; take that end back first"
        raise Conflict(msg, code="concern_led_to_termination", rule="R10", field="concern")
    return after
