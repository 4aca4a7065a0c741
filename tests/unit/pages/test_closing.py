"""What is not settled in a programme that is about to be closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from pages.programmes.closing import Unsettled, unsettled

HERE, ELSEWHERE = "regionalt-2024-2025", "regionalt-2026-2027"


def row(n: int, why: str, issue_by: str | None = None, *, is_late: bool = False) -> dict[str, Any]:
    return {"agreement": "a1", "instalment": n, "why": why, "issue_by": issue_by, "is_late": is_late}


def test_an_instalment_that_lacks_two_things_is_one_and_the_first_day_is_said() -> None:
    listed = [
        row(2, "session_not_completed", "2026-02-14"),
        row(1, "address_incomplete", "2026-01-14", is_late=True),
        row(1, "reference_missing", "2026-01-14", is_late=True),
        row(3, "no_session"),
    ]
    assert unsettled(HERE, listed, []) == Unsettled(
        instalments=3, issue_by=date(2026, 1, 14), is_late=True, documents=0
    )


def test_what_is_not_to_be_paid_or_has_an_invoice_is_not_to_be_invoiced() -> None:
    whys = ("waived", "not_signed", "nothing_to_pay", "agreement_ended", "invoiced_at_another_fee")
    assert unsettled(HERE, [row(1, why) for why in whys], []).instalments == 0


def test_what_is_not_delivered_counts_where_it_is_this_programmes() -> None:
    assert unsettled(HERE, [], [{"programme": it} for it in (HERE, ELSEWHERE, HERE)]).documents == 2
