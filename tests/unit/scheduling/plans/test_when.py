from __future__ import annotations

from datetime import date

import pytest

from services.scheduling.plans.domain.sharpening import check_sharpening
from services.scheduling.sessions.domain.sound_date import check_sound
from shared.errors import RuleBroken
from shared.when import Days, Weeks, When

AUGUST_SESSION = When(
    weeks=(Weeks(year=2025, first=34, last=34), Weeks(year=2025, first=35, last=35)), months=("2025-08",)
)
JUNE_OR_AUGUST = When(months=("2025-06", "2025-08"))


def days(first: str, last: str | None = None, **times: str) -> When:
    start = date.fromisoformat(first)
    return When(days=Days(first=start, last=date.fromisoformat(last) if last else start, **times))


@pytest.mark.parametrize(
    ("rough", "sharp"),
    [
        (JUNE_OR_AUGUST, When(months=("2025-08",))),
        (JUNE_OR_AUGUST, When(weeks=(Weeks(year=2025, first=23, last=24),))),
        (JUNE_OR_AUGUST, days("2025-08-31")),
        (AUGUST_SESSION, When(weeks=(Weeks(year=2025, first=35, last=35),))),
        (AUGUST_SESSION, days("2025-08-26")),
        (days("2025-02-12", "2025-02-13"), days("2025-02-13")),
        (days("2025-02-12"), days("2025-02-12", starts_at="09:00")),
        (days("2025-02-12"), When(days=days("2025-02-12").days, duration_minutes=150)),
        (When(months=("2024-10",)), When(weeks=(Weeks(year=2024, first=40, last=44),))),  # begins in September
        (days("2025-02-12", starts_at="09:00"), days("2025-02-12", starts_at="09:00", ends_at="14:00")),
        (
            When(days=days("2025-02-12").days, duration_minutes=150),
            days("2025-02-12", starts_at="09:00", ends_at="11:30"),
        ),
    ],
)
def test_a_date_is_sharpened_within_what_the_plan_said(rough: When, sharp: When) -> None:
    check_sound(sharp)
    check_sharpening(rough, sharp)
    with pytest.raises(RuleBroken, match="S2"):
        check_sharpening(sharp, rough)


@pytest.mark.parametrize(
    ("rough", "other"),
    [
        (JUNE_OR_AUGUST, days("2025-07-01")),
        (JUNE_OR_AUGUST, days("2025-06-30", "2025-07-01")),
        (AUGUST_SESSION, days("2025-09-01")),
        (AUGUST_SESSION, When(weeks=(Weeks(year=2025, first=36, last=36),))),
        (days("2025-02-12", "2025-02-13"), days("2025-02-14")),
    ],
)
def test_a_date_outside_of_what_the_plan_said_is_no_sharpening(rough: When, other: When) -> None:
    with pytest.raises(RuleBroken, match="move the session"):
        check_sharpening(rough, other)


@pytest.mark.parametrize(
    ("rough", "other"),
    [
        (days("2025-02-12", starts_at="09:00"), days("2025-02-12", starts_at="11:00", ends_at="12:00")),
        (days("2025-02-12", "2025-02-13", starts_at="09:00", ends_at="14:00"), days("2025-02-12")),
        (When(months=("2025-02",), duration_minutes=150), days("2025-02-12")),
    ],
)
def test_a_date_that_leaves_out_or_changes_what_was_known_is_no_sharpening(rough: When, other: When) -> None:
    with pytest.raises(RuleBroken, match="move the session"):
        check_sharpening(rough, other)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (When(weeks=(Weeks(year=2025, first=2, last=3),), months=("2024-06",)), "when.months"),
        (When(months=("2025-06", "2025-06")), "when"),
        (When(days=days("2024-09-24").days, weeks=(Weeks(year=2031, first=4, last=4),)), "when.weeks"),
        (When(days=days("2024-09-24", "2024-09-25").days, duration_minutes=5), "when.duration_minutes"),
        (
            When(days=days("2024-09-24", starts_at="09:00", ends_at="14:00").days, duration_minutes=5),
            "when.duration_minutes",
        ),
    ],
)
def test_a_date_that_contradicts_itself_is_refused(wrong: When, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_sound(wrong)
    assert (refused.value.rule, refused.value.field) == ("S2", field)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (When(), "when"),
        (days("2025-02-13", "2025-02-12"), "when.days.last"),
        (days("2025-02-13", ends_at="12:00"), "when.days.starts_at"),
        (days("2025-02-13", starts_at="12:00", ends_at="12:00"), "when.days.ends_at"),
        (When(weeks=(Weeks(year=2025, first=53, last=53),)), "when.weeks"),
        (When(weeks=(Weeks(year=2025, first=4, last=2),)), "when.weeks"),
        (When(months=("0000-01",)), "when.months"),
        (When(months=("2025-8",)), "when.months"),
        (days("2025-02-13", starts_at="9"), "when.days.starts_at"),
    ],
)
def test_a_date_that_there_is_not_is_refused(wrong: When, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_sound(wrong)
    assert (refused.value.rule, refused.value.field) == ("S2", field)


def test_a_year_with_53_weeks_has_a_week_53() -> None:
    check_sound(When(weeks=(Weeks(year=2026, first=53, last=53),)))


def test_the_plan_is_ordered_by_the_first_day_that_a_session_may_be_on() -> None:
    assert JUNE_OR_AUGUST.earliest == date(2025, 6, 1)
    assert AUGUST_SESSION.earliest == date(2025, 8, 18)
