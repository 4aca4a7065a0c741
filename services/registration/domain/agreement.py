"""An agreement: its signatures and its end (R6, R10, A4, A6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registration.domain.party import Kind
from shared.errors import Conflict, RuleBroken

Role = Literal["council_director", "municipal_director", "head_of_culture_school", "leader"]
COUNCIL_DIRECTOR: Role = "council_director"
SIGNATORIES: dict[Kind, frozenset[Role]] = {
    "municipality": frozenset({COUNCIL_DIRECTOR, "municipal_director", "head_of_culture_school"}),
    "county_branch": frozenset({COUNCIL_DIRECTOR, "leader"}),  # A4
}


@dataclass(frozen=True, kw_only=True)
class Signatory:
    role: Role
    person: str  # id
    place: str | None = None  # with signed_on: where it was signed
    signed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    id: str
    version: int
    programme: str
    party: str  # organisation number
    period_start: date
    period_end: date  # the last day
    fee_ore: int
    payer_reference: str
    signatories: tuple[Signatory, ...]  # by role
    signed_on: date | None = None  # when the last signature was in
    ends_on: date | None = None  # the first day on which it is no longer in force
    kind_of_end: Literal["terminated", "agreed"] | None = None
    end_note: str | None = None  # why it ended, or why its end was taken back
    ended_over: str | None = None  # the id of the concern that led to termination


def check_signatories(kind: Kind, roles: Iterable[str]) -> None:
    """Raises RuleBroken."""
    if set(roles) != SIGNATORIES[kind]:
        msg = f"those who sign are: {', '.join(sorted(SIGNATORIES[kind]))}"
        raise RuleBroken(msg, rule="A4" if kind == "county_branch" else "R6", field="signatories")


def check_period(agreement: Agreement) -> None:
    """Raises RuleBroken."""
    if agreement.period_end < agreement.period_start:
        msg = "the period ends before it starts"
        raise RuleBroken(msg, rule="R6", field="period_end")


def signed(agreement: Agreement, role: Role, place: str, on: date, today: date) -> Agreement:
    """After one more signature; signed as a whole when its last is in (R6). Raises RuleBroken or Conflict."""
    signatory = next((it for it in agreement.signatories if it.role == role), None)
    if signatory is None:
        msg = f"those who sign are: {', '.join(it.role for it in agreement.signatories)}"
        raise RuleBroken(msg, rule="R6", field="signatory")
    signature = replace(signatory, place=place, signed_on=on)
    if signature == signatory:
        return agreement
    if signatory.signed_on is not None:
        msg = "this signature is in already, with another place or date"
        raise Conflict(msg, rule="R6", field="signatory")
    if on > today:
        msg = "a signature is not dated ahead"
        raise RuleBroken(msg, rule="R6", field="signed_on")
    if agreement.ends_on is not None and agreement.ends_on <= on:
        msg = f"the agreement has ended on {agreement.ends_on}; take its end back first"
        raise Conflict(msg, rule="R10", field="signed_on")
    _check_side(agreement, signature)
    signatories = tuple(signature if it is signatory else it for it in agreement.signatories)
    dates = [it.signed_on for it in signatories if it.signed_on]
    whole = max(dates) if len(dates) == len(signatories) else None
    return replace(agreement, signatories=signatories, signed_on=whole)


def _check_side(agreement: Agreement, signature: Signatory) -> None:
    """Each party signs at one place, on one date (R6)."""
    if signature.role == COUNCIL_DIRECTOR:
        return
    for other in agreement.signatories:
        if other.role in (COUNCIL_DIRECTOR, signature.role) or other.signed_on is None:
            continue
        if (other.place, other.signed_on) != (signature.place, signature.signed_on):
            field = "signed_on" if other.signed_on != signature.signed_on else "place"
            msg = "a party signs at one place, on one date"
            raise RuleBroken(msg, rule="R6", field=field)


def ended(agreement: Agreement, on: date, reason: str) -> Agreement:
    """After an end that both agreed on, dated back or ahead (R10). Raises RuleBroken or Conflict."""
    after = replace(agreement, ends_on=on, kind_of_end="agreed", end_note=reason, ended_over=None)
    if after == agreement:
        return agreement
    check_goes_on(agreement)
    _check_early(agreement, on)
    return after


def terminated(agreement: Agreement, concern: Concern, on: date, note: str | None, today: date) -> Agreement:
    """After termination with immediate effect, over a concern that is not resolved (R10).

    It may be recorded later than it happened, but is neither dated ahead nor before the concern.
    Raises RuleBroken or Conflict.
    """
    after = replace(agreement, ends_on=on, kind_of_end="terminated", end_note=note, ended_over=concern.id)
    if after == agreement:
        return agreement
    check_in_force(agreement, today)
    check_signed(agreement)
    if concern.agreement != agreement.id:
        msg = "the concern is about another agreement"
        raise RuleBroken(msg, rule="R10", field="concern")
    if concern.is_resolved:
        msg = "the concern is resolved; termination follows one that is not"
        raise RuleBroken(msg, rule="R10", field="concern")
    if on > today:
        msg = "termination takes effect at once and is not dated ahead"
        raise RuleBroken(msg, rule="R10", field="ends_on")
    if on < concern.raised_on:
        msg = f"termination comes after the concern, raised on {concern.raised_on}"
        raise RuleBroken(msg, rule="R10", field="ends_on")
    _check_early(agreement, on)
    return after


def end_taken_back(agreement: Agreement, reason: str | None) -> Agreement:
    """In force again, as if it had never ended (A6)."""
    if agreement.ends_on is None:
        return agreement
    return replace(agreement, ends_on=None, kind_of_end=None, end_note=reason, ended_over=None)


def _check_early(agreement: Agreement, on: date) -> None:
    if on > agreement.period_end:
        msg = f"an agreement ends early, that is not after its last day, {agreement.period_end}"
        raise RuleBroken(msg, rule="R10", field="ends_on")


def check_in_force(agreement: Agreement, today: date) -> None:
    """Raises Conflict for one that has ended; an end that lies ahead leaves it in force until then."""
    if agreement.ends_on is not None and agreement.ends_on <= today:
        check_goes_on(agreement)


def check_goes_on(agreement: Agreement) -> None:
    """Raises Conflict for one that has an end already."""
    if agreement.ends_on is not None:
        msg = f"the agreement ends on {agreement.ends_on} already; take that end back first"
        raise Conflict(msg, rule="R10", field="ends_on")


def check_signed(agreement: Agreement) -> None:
    """Raises Conflict."""
    if agreement.signed_on is None:
        msg = "the agreement is not signed, so there are no obligations yet"
        raise Conflict(msg, rule="R10", field="agreement")


@dataclass(frozen=True, kw_only=True)
class Concern:
    """That obligations are not followed up, raised before an agreement can be terminated (R10)."""

    id: str
    version: int
    agreement: str  # id
    raised_by: Literal["council", "municipality"]
    description: str
    raised_on: date
    is_resolved: bool = False
    resolution_note: str | None = None

    def state(self, agreement: Agreement) -> Literal["raised", "resolved", "terminated"]:
        if agreement.ended_over == self.id:
            return "terminated"
        return "resolved" if self.is_resolved else "raised"


def check_can_be_raised(concern: Concern, agreement: Agreement, today: date) -> None:
    """Raises RuleBroken or Conflict."""
    check_signed(agreement)
    check_in_force(agreement, today)
    if concern.raised_on > today:
        msg = "a concern is not dated ahead"
        raise RuleBroken(msg, rule="R10", field="raised_on")
    if agreement.signed_on and concern.raised_on < agreement.signed_on:
        msg = f"before {agreement.signed_on}, when the agreement was signed, there were no obligations"
        raise RuleBroken(msg, rule="R10", field="raised_on")


def resolved(concern: Concern, agreement: Agreement, note: str | None) -> Concern:
    """Raises Conflict for one that led to termination, or was resolved with another note."""
    after = replace(concern, is_resolved=True, resolution_note=note)
    if after == concern:
        return concern
    if concern.is_resolved:
        msg = "the concern is resolved already, with another note"
        raise Conflict(msg, rule="R10", field="note")
    if concern.state(agreement) == "terminated":
        msg = "the concern led to termination; take that end back first"
        raise Conflict(msg, rule="R10", field="concern")
    return after
