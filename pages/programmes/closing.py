"""What is not settled yet in a programme that somebody may be about to close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pages.frame.needs import Answer

# Why an instalment is listed as not invoiced though nothing is to be paid for it as things stand, or an invoice stands for it.
NOTHING_TO_INVOICE = ("agreement_ended", "invoiced_at_another_fee", "not_signed", "nothing_to_pay", "waived")


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    instalments: int  # that are still to be invoiced
    issue_by: date | None  # the first day by which one of them is; none where no such day is known
    is_late: bool
    documents: int  # that are issued and not delivered


def unsettled(programme: str, unbilled: Iterable[Answer], undelivered: Iterable[Answer]) -> Unsettled:
    """`unbilled` are this programme's, in which an instalment may stand more than once; `undelivered` are of all programmes."""
    owed = [it for it in unbilled if it["why"] not in NOTHING_TO_INVOICE]
    return Unsettled(
        instalments=len({(it["agreement"], it["instalment"]) for it in owed}),
        issue_by=min((date.fromisoformat(it["issue_by"]) for it in owed if it["issue_by"]), default=None),
        is_late=any(it["is_late"] for it in owed),
        documents=sum(it["programme"] == programme for it in undelivered),
    )
