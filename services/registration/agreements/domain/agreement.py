"""An agreement with those who sign it, and its end (R6, R10, A4, A6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.errors import Conflict, RuleBroken

Role = Literal["council_director", "municipal_director", "head_of_culture_school", "leader"]


State = Literal["sent", "signed", "ended", "called_back"]


@dataclass(frozen=True, kw_only=True)
class Signatory:
    role: Role
    person: str  # id
    place: str | None = None  # where this one signed; none until then, as is the day
    signed_on: date | None = None
    fingerprint: str | None = None  # of the document that this one signed; none until then, and where it is not known


@dataclass(frozen=True, kw_only=True)
class Agreement:
    id: str
    version: int
    programme: str
    party: str  # organisation number
    predecessor: str | None = None  # whose it was before (R12)
    period_start: date
    period_end: date  # the last day
    fee_ore: int
    payer_reference: str
    order_reference: str | None = None  # the payer's order, and
    accounting_cost: str | None = None  # what it posts the fee to, where it wants them on its invoices
    signatories: tuple[Signatory, ...]  # by role
    sent_on: date | None = None  # none: not known
    signed_on: date | None = None  # when the last signature was in
    called_back_on: date | None = None  # before it was signed; it is then no agreement
    ends_on: date | None = None  # the first day on which it is no longer in force
    kind_of_end: Literal["terminated", "agreed"] | None = None
    end_note: str | None = None  # why it ended, or why its end was taken back
    ended_over: str | None = None  # the id of the concern that led to termination
    fingerprint: str | None = None  # of its document as it stands; none: sent before there were documents

    @property
    def state(self) -> State:
        """One whose end lies ahead has ended, too."""
        if self.called_back_on is not None:
            return "called_back"
        if self.ends_on is not None:
            return "ended"
        return "sent" if self.signed_on is None else "signed"

    @property
    def untold(self) -> tuple[Signatory, ...]:
        """What changes without an event: who has signed, where and when."""
        return self.signatories


def check_period(agreement: Agreement) -> None:
    """Raises RuleBroken where the period ends before it starts (R6)."""
    if agreement.period_end < agreement.period_start:
        msg = "the period ends before it starts"
        raise RuleBroken(msg, code="ends_before_it_starts", rule="R6", field="period_end")


def check_stands(agreement: Agreement) -> None:
    """Raises Conflict for an agreement that was called back (R6)."""
    if agreement.called_back_on is not None:
        msg = f"the agreement was called back on {agreement.called_back_on}"
        raise Conflict(
            msg, code="agreement_is_called_back", rule="R6", field="agreement", values={"on": agreement.called_back_on}
        )
