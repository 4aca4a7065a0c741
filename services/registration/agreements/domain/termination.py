"""Termination with immediate effect, over a concern that was not resolved (R10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.concern import Concern, check_signed
from services.registration.agreements.domain.ending import check_day_of_end, check_in_force
from shared.errors import RuleBroken


def terminated(agreement: Agreement, concern: Concern, on: date, note: str | None, today: date) -> Agreement:
    """The agreement, terminated with immediate effect over a concern that is not resolved (R10).

    It may be recorded later than it happened, but is neither dated ahead nor before the concern. One that is given before the
    agreement's period ends it on the period's first day: it never comes into force. Raises RuleBroken or Conflict.
    """
    start = agreement.period_start
    ends_on = start if today < start and on <= today else on
    after = replace(agreement, ends_on=ends_on, kind_of_end="terminated", end_note=note, ended_over=concern.id)
    if after == agreement:
        return agreement
    check_in_force(agreement, today)
    check_signed(agreement)
    if concern.agreement != agreement.id:
        msg = "the concern is about another agreement"
        raise RuleBroken(msg, code="concern_is_about_another_agreement", rule="R10", field="concern")
    if concern.is_resolved:
        msg = "the concern is resolved; termination follows one that is not"
        raise RuleBroken(msg, code="concern_is_resolved", rule="R10", field="concern")
    if on > today and on != start:
        msg = "termination takes effect at once and is not dated ahead"
        raise RuleBroken(msg, code="dated_ahead", rule="R10", field="ends_on")
    if on < concern.raised_on:
        msg = f"termination comes after the concern, raised on {concern.raised_on}"
        raise RuleBroken(msg, code="before_the_concern", rule="R10", field="ends_on", values={"on": concern.raised_on})
    check_day_of_end(agreement, ends_on)
    return after
