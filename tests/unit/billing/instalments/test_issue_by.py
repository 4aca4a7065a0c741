from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments.domain.issue_by import a_month_after, counts_from, is_pressing
from services.billing.occasions.domain.deliveries import Occasions
from tests.unit.billing.samples import AGREEMENT, DAYS, FIRST, occasions, release, session

PLANNED = session(1, state="planned")
A_MONTH_ON = date(2024, 10, 25)


def issue_by(agreement: Agreement, known: Occasions, instalment: int) -> date | None:
    since = counts_from(agreement, known, instalment)
    return a_month_after(since) if since else None


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2024, 9, 25), date(2024, 10, 25)),
        (date(2024, 12, 31), date(2025, 1, 31)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2025, 1, 29), date(2025, 2, 28)),
        (date(2025, 2, 28), date(2025, 3, 28)),
    ],
)
def test_a_month_after_a_day_is_the_same_day_of_the_next_month_or_its_last(day: date, then: date) -> None:
    assert a_month_after(day) == then


def test_what_is_delivered_is_invoiced_within_a_month_of_the_last_day() -> None:
    assert issue_by(AGREEMENT, occasions(FIRST), 1) == A_MONTH_ON
    assert issue_by(AGREEMENT, occasions(release(1)), 1) == A_MONTH_ON
    assert issue_by(AGREEMENT, occasions(FIRST, release(1, DAYS[1] - timedelta(days=5))), 1) == date(2024, 10, 20)


def test_a_session_that_is_planned_counts_from_its_days_as_planned() -> None:
    assert issue_by(AGREEMENT, occasions(PLANNED), 1) == A_MONTH_ON
    assert issue_by(AGREEMENT, occasions(replace(PLANNED, first_day=None, last_day=None)), 1) is None


def test_who_signs_later_is_invoiced_within_a_month_of_signing() -> None:
    assert issue_by(replace(AGREEMENT, signed_on=date(2024, 10, 15)), occasions(FIRST), 1) == date(2024, 11, 15)
    assert issue_by(replace(AGREEMENT, signed_on=None), occasions(FIRST), 1) is None


def test_what_nothing_carries_or_comes_after_the_end_is_to_be_invoiced_on_no_day() -> None:
    assert issue_by(AGREEMENT, occasions(FIRST), 2) is None
    assert issue_by(replace(AGREEMENT, ends_on=DAYS[1]), occasions(FIRST, PLANNED), 1) is None
    early = replace(PLANNED, id="s9", last_day=DAYS[1] - timedelta(days=1))
    assert issue_by(replace(AGREEMENT, ends_on=DAYS[1]), occasions(FIRST, early), 1) == date(2024, 10, 24)


def test_it_is_told_from_the_twentieth_day_on() -> None:
    delivered = date(2024, 9, 25)
    assert [is_pressing(delivered, date(2024, 10, day)) for day in (14, 15, 26)] == [False, True, True]
