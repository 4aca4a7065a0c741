"""When attendance that is not recorded is asked for: two stages, and nothing that is long past."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registration.attendance.domain.chasing import Delays

LAST = date(2024, 9, 25)
DAYS = st.integers(0, 60)


def stages(delays: Delays, until: int) -> list[int | None]:
    return [delays.stage(LAST, LAST + timedelta(days=n)) for n in range(until)]


def test_it_is_asked_for_after_three_days_and_once_more_after_ten() -> None:
    assert stages(Delays(), 20) == [None] * 3 + [1] * 7 + [2] * 7 + [None] * 3


def test_both_stages_on_one_day_are_one() -> None:
    assert stages(Delays(first=4, again=4), 7) == [None] * 4 + [2, None, None]


@given(st.integers(1, 30), st.integers(1, 30), DAYS)
def test_a_session_is_looked_at_exactly_while_it_has_a_stage(first: int, again: int, passed: int) -> None:
    delays, today = Delays(first=first, again=again), LAST + timedelta(days=passed)
    earliest, latest = delays.window(today)
    if delays.stage(LAST, today) is not None:
        assert earliest <= LAST <= latest


@given(st.lists(DAYS, max_size=8))
def test_whatever_the_jumps_of_the_clock_each_stage_is_asked_for_once_and_in_order(jumps: list[int]) -> None:
    asked: list[int] = []
    passed = 0
    for jump in jumps:
        passed += jump
        stage = Delays().stage(LAST, LAST + timedelta(days=passed))
        if stage is not None and stage not in asked:
            asked.append(stage)
    assert asked in ([], [1], [2], [1, 2])
