"""An end that both sides agreed on, and one that is taken back (R10, A6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, check_stands
from shared.errors import Conflict, RuleBroken


def ended(agreement: Agreement, on: date, reason: str) -> Agreement:
    """The agreement with an end that both sides agreed on, dated back or ahead (R10). Raises RuleBroken or Conflict."""
    after = replace(agreement, ends_on=on, kind_of_end="agreed", end_note=reason, ended_over=None)
    if after == agreement:
        return agreement
    check_stands(agreement)
    check_has_no_end(agreement)
    check_day_of_end(agreement, on)
    return after


def end_taken_back(agreement: Agreement, reason: str | None) -> Agreement:
    """The agreement in force again, as if it had never ended (A6)."""
    if agreement.ends_on is None:
        return agreement
    return replace(agreement, ends_on=None, kind_of_end=None, end_note=reason, ended_over=None)


def check_day_of_end(agreement: Agreement, on: date) -> None:
    """Raises RuleBroken for an end after the agreement's last day, or before its period (R10)."""
    if on < agreement.period_start:
        msg = f"an agreement does not end before its period, which starts on {agreement.period_start}"
        raise RuleBroken(
            msg, code="ends_before_its_period", rule="R10", field="ends_on", values={"start": agreement.period_start}
        )
    if on > agreement.period_end:
        msg = f"an agreement ends early, that is not after its last day, {agreement.period_end}"
        raise RuleBroken(
            msg, code="ends_after_its_period", rule="R10", field="ends_on", values={"end": agreement.period_end}
        )


def check_in_force(agreement: Agreement, today: date) -> None:
    """Raises Conflict for one that has ended by `today`, or is terminated; an end agreed on leaves it in force until its day."""
    if agreement.ends_on is not None and (agreement.ends_on <= today or agreement.kind_of_end == "terminated"):
        check_has_no_end(agreement)


def check_has_no_end(agreement: Agreement) -> None:
    """Raises Conflict for an agreement that has an end already, be it past or ahead."""
    if agreement.ends_on is not None:
        msg = f"the agreement ends on {agreement.ends_on} already; take that end back first"
        raise Conflict(msg, code="has_an_end_already", rule="R10", field="ends_on", values={"on": agreement.ends_on})
