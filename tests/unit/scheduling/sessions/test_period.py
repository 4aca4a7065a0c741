from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.scheduling.sessions.domain.period import Period, check_within
from services.scheduling.sessions.domain.session import Kind
from shared.errors import RuleBroken
from shared.when import Days, Weeks, When
from tests.unit.scheduling.samples import JOINT

PERIOD = Period(start=date(2024, 8, 1), end=date(2025, 12, 31))
BEFORE = When(days=Days(first=date(2024, 7, 31), last=date(2024, 7, 31)))
AFTER = When(months=("2026-01",))
ACROSS = When(days=Days(first=date(2024, 7, 31), last=date(2024, 8, 1)))


@pytest.mark.parametrize("kind", ["joint_session", "coordinator_meeting", "guidance_visit"])
@pytest.mark.parametrize("when", [BEFORE, AFTER, ACROSS])
def test_the_period_binds_sessions_meetings_and_visits(kind: Kind, when: When) -> None:
    with pytest.raises(RuleBroken, match="S1"):
        check_within(replace(JOINT, kind=kind, when=when), PERIOD)


@pytest.mark.parametrize("kind", ["inspiration_session", "sharing_arena", "contract_meeting"])
@pytest.mark.parametrize("when", [BEFORE, AFTER, ACROSS])
def test_it_does_not_bind_what_lies_before_or_after_it(kind: Kind, when: When) -> None:
    check_within(replace(JOINT, kind=kind, when=when), PERIOD)


@pytest.mark.parametrize("when", [When(weeks=(Weeks(year=2025, first=52, last=52),)), When(months=("2024-08",))])
def test_a_week_or_a_month_may_reach_beyond_it(when: When) -> None:
    check_within(replace(JOINT, when=when), Period(start=date(2024, 8, 31), end=date(2025, 12, 22)))
