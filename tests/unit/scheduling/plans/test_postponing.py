"""A date some weeks later is as precise as it was (S2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.scheduling.plans.domain.postponing import is_ahead, postponed
from services.scheduling.sessions.domain.session import Session
from shared.when import Days, Weeks, When, findings
from shared.when_text import when_text

DAY = date(2024, 9, 24)
EXACT = When(days=Days(first=DAY, last=date(2024, 9, 25), starts_at="10:00", ends_at="15:00"))


def weeks(first: int, last: int, year: int = 2024) -> Weeks:
    return Weeks(year=year, first=first, last=last)


LATER = [
    (EXACT, 5, "29. oktober kl. 10.00 – 30. oktober 2024 kl. 15.00"),
    (
        When(days=Days(first=date(2024, 10, 29), last=date(2024, 10, 29)), duration_minutes=150),
        10,
        "7. januar 2025, 2,5 timer",
    ),
    (When(weeks=(weeks(40, 44),)), 5, "uke 45–49 2024"),
    (When(weeks=(weeks(40, 44),), months=("2024-10",)), 5, "november/desember 2024 (uke 45–49)"),
    (When(weeks=(weeks(34, 34), weeks(35, 35))), 1, "uke 35/36 2024"),
    (When(weeks=(weeks(48, 50),)), 3, "uke 51–52 2024 eller 1 2025"),
    (When(weeks=(weeks(52, 53, 2026),)), 1, "uke 53 2026 eller 1 2027"),
    (When(months=("2024-10",)), 5, "november eller desember 2024"),
    (When(months=("2025-06", "2025-08")), 5, "juli eller august eller september eller oktober 2025"),
    (When(days=Days(first=DAY, last=DAY), months=("2024-09",)), 5, "29. oktober 2024"),
]


@pytest.mark.parametrize(("when", "by", "text"), LATER, ids=lambda it: it if isinstance(it, str) else "")
def test_it_is_told_as_a_person_would(when: When, by: int, text: str) -> None:
    assert when_text(postponed(when, by)) == text


years = st.integers(2020, 2033)
some_weeks = st.builds(
    lambda year, first, more: weeks(first, min(first + more, 52), year), years, st.integers(1, 52), st.integers(0, 4)
)
some_months = st.builds(lambda year, month: f"{year}-{month:02}", years, st.integers(1, 12))
some_days = st.builds(
    lambda first, more: Days(first=first, last=first + timedelta(days=more)),
    st.dates(date(2020, 1, 1), date(2033, 12, 31)),
    st.integers(0, 3),
)
whens = st.one_of(
    st.builds(lambda it: When(days=it), some_days),
    st.builds(lambda it: When(weeks=tuple(it)), st.lists(some_weeks, min_size=1, max_size=3, unique=True)),
    st.builds(lambda it: When(months=tuple(it)), st.lists(some_months, min_size=1, max_size=3, unique=True)),
)


@given(whens, st.integers(1, 52))
def test_it_is_sound_as_precise_and_leaves_out_no_day_that_it_could_be_on(when: When, by: int) -> None:
    after = postponed(when, by)
    assert not findings(after)
    assert after.precision == when.precision
    later = timedelta(weeks=by)
    may_be = {first + timedelta(days=n) for first, last in after.ranges() for n in range((last - first).days + 1)}
    for first, last in when.ranges():
        assert {first + later + timedelta(days=n) for n in range((last - first).days + 1)} <= may_be
    if not when.months:
        assert len(may_be) <= sum((last - first).days + 1 for first, last in when.ranges())


@given(some_weeks, st.integers(1, 52))
@example(weeks(46, 50, 2020), 4)  # over a new year, and out of their month
def test_months_beside_weeks_go_with_them(it: Weeks, by: int) -> None:
    first = date.fromisocalendar(it.year, it.first, 7)
    when = When(weeks=(it,), months=(f"{first:%Y-%m}",))
    assert not findings(postponed(when, by))


def session(when: When, **changes: Any) -> Session:
    fields: dict[str, Any] = {"id": "s", "version": 1, "programme": "p", "party": None, "kind": "joint_session"}
    fields |= {
        "format": "physical",
        "title": "Samling",
        "number": 1,
        "instalment": None,
        "place": None,
        "meeting_link": None,
    }
    return Session(when=when, **(fields | {"state": "planned"} | changes))


def test_what_has_begun_or_is_held_or_cancelled_is_not_ahead() -> None:
    assert is_ahead(session(EXACT), DAY)
    assert not is_ahead(session(EXACT), DAY + timedelta(days=1))
    assert not is_ahead(session(EXACT, state="cancelled"), DAY)
    assert not is_ahead(session(EXACT, state="completed"), DAY)
    assert is_ahead(session(When(weeks=(weeks(34, 34), weeks(40, 40)))), DAY)
    assert not is_ahead(session(When(months=("2024-08",))), DAY)
