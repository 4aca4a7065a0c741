from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.billing.occasions.domain.deliveries import JointSession
from services.billing.occasions.domain.release import Period, check_effective_day
from shared.errors import RuleBroken
from tests.unit.billing.samples import DAYS, FIRST, SECOND, occasions, release, session


def test_a_completed_physical_session_delivers_the_instalment_that_it_carries() -> None:
    (delivery,) = occasions(FIRST).deliveries
    assert (delivery.kind, delivery.id, delivery.instalment, delivery.last_day) == ("session", "s1", 1, DAYS[1])


@pytest.mark.parametrize(
    "other",
    [
        session(1, format="digital"),
        session(1, state="planned"),
        session(1, state="cancelled"),
        session(None),
        session(1, first_day=None, last_day=None),
    ],
    ids=["digital", "planned", "cancelled", "without a number", "without exact days"],
)
def test_nothing_else_does(other: JointSession) -> None:
    assert occasions(other).deliveries == []


def test_a_release_counts_as_a_session_completed_on_its_effective_day_until_it_is_withdrawn() -> None:
    (delivery,) = occasions(release(2)).deliveries
    assert (delivery.kind, delivery.instalment, delivery.first_day, delivery.last_day) == (
        "release",
        2,
        DAYS[2],
        DAYS[2],
    )
    assert occasions(release(2, withdrawn=True)).deliveries == []


def test_a_delivery_says_where() -> None:
    found = [(it.place, it.venue, it.city) for it in occasions(FIRST, release(2)).deliveries]
    assert found == [("Kimen, Stjørdal", "Kimen", "Stjørdal"), ("Plassen, Molde", "Plassen", "Molde")]
    (before_it_was_asked_for,) = occasions(release(2, venue=None, city=None)).deliveries
    assert before_it_was_asked_for.place is None


def test_the_earliest_delivery_comes_first() -> None:
    assert [it.id for it in occasions(SECOND, release(3, DAYS[1] - timedelta(days=9)), FIRST).deliveries] == [
        "r3",
        "s1",
        "s2",
    ]


def test_an_instalment_is_not_released_with_effect_from_a_day_that_is_yet_to_come() -> None:
    today = date(2025, 3, 1)
    period = Period(start=date(2024, 8, 1), end=date(2025, 12, 31))
    check_effective_day(today, today, period)
    with pytest.raises(RuleBroken) as refused:
        check_effective_day(today + timedelta(days=1), today, period)
    assert (refused.value.rule, refused.value.field) == ("B6", "effective_on")
