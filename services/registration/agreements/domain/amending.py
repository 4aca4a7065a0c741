"""What of an agreement can still be changed: its references while in force, a signatory until that one has signed (R6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.registration.agreements.domain.agreement import Agreement, Role, Signatory, check_period, check_stands
from services.registration.agreements.domain.ending import check_day_of_end, check_in_force
from shared.errors import Conflict, RuleBroken


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is to be another; nothing of what stays."""

    # By field, what the payer wants on its invoices; none of those that are to be there no more.
    references: Mapping[str, Any] = field(default_factory=dict)
    period_start: date | None = None
    period_end: date | None = None
    signatories: Mapping[Role, str]  # by role, the id of the person who is to sign


def amended(agreement: Agreement, changes: Changes, today: date) -> Agreement:
    """The agreement with these changes; `today` is the day in Norway.

    Its version is not raised. Raises Conflict with what stands in the way, or RuleBroken.
    """
    after = replace(
        agreement,
        period_start=changes.period_start or agreement.period_start,
        period_end=changes.period_end or agreement.period_end,
        signatories=_replaced(agreement, changes.signatories),
        **changes.references,
    )
    if after == agreement:
        return agreement
    check_stands(agreement)
    check_in_force(agreement, today)
    if (after.period_start, after.period_end) != (agreement.period_start, agreement.period_end):
        _check_nobody_has_signed(agreement)
        check_period(after)
        if after.ends_on is not None:
            check_day_of_end(after, after.ends_on)
    return after


def _replaced(agreement: Agreement, persons: Mapping[Role, str]) -> tuple[Signatory, ...]:
    roles = [it.role for it in agreement.signatories]
    if not set(persons) <= set(roles):
        msg = f"those who sign are: {', '.join(roles)}"
        raise RuleBroken(msg, code="other_signatories", rule="R6", field="signatories")
    return tuple(_replaced_by(it, persons.get(it.role, it.person)) for it in agreement.signatories)


def _replaced_by(signatory: Signatory, person: str) -> Signatory:
    if person == signatory.person:
        return signatory
    if signatory.signed_on is not None:
        msg = f"the {signatory.role} has signed, on {signatory.signed_on}"
        raise Conflict(
            msg, code="signatory_has_signed", rule="R6", field="signatories", values={"on": signatory.signed_on}
        )
    return replace(signatory, person=person)


def _check_nobody_has_signed(agreement: Agreement) -> None:
    first = min([it.signed_on for it in agreement.signatories if it.signed_on], default=None)
    if first is not None:
        msg = f"the period stands since the first signature, on {first}"
        raise Conflict(msg, code="period_stands_since_signature", rule="R6", field="period_start", values={"on": first})
