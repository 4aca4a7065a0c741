"""What a plan lacks of the programme's shape is found, whatever it is (S1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.scheduling.plans.domain.plan_findings import plan_findings, semesters
from services.scheduling.sessions.domain.period import Period
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.repository import WHEN
from shared.when import Days, When
from tests.unit.scheduling.samples import JOINT

PLAN = Path(__file__).parents[4] / "services" / "scheduling" / "examples" / "plan-2024-2025.json"
PERIOD = Period(start=date(2024, 8, 1), end=date(2025, 12, 31))


def line(**fields: Any) -> Session:
    known = {"kind": fields["kind"], "format": fields["format"], "number": fields.get("number")}
    id = f"{fields['kind']} {fields.get('number')}"
    return replace(JOINT, id=id, instalment=None, when=WHEN.validate_python(fields["when"]), **known)


@pytest.fixture
def plan() -> list[Session]:
    return [line(**it) for it in json.loads(PLAN.read_text(encoding="utf-8"))]


def found(sessions: Sequence[Session], period: Period = PERIOD) -> list[tuple[str, tuple[str, ...]]]:
    return [(it.code, it.sessions) for it in plan_findings(sessions, period)]


REAL = [
    ("digital_coordinator_meeting_is_missing", ("joint_session 5", "joint_session 6")),
    ("guidance_is_missing", ("joint_session 5", "joint_session 6")),
]


def test_the_real_plan_has_two_findings_in_whatever_order_it_is_read(plan: list[Session]) -> None:
    for seed in range(5):
        Random(seed).shuffle(plan)
        assert found(plan) == REAL


def test_a_digital_meeting_and_a_visit_between_them_mend_it(plan: list[Session]) -> None:
    day = date(2025, 10, 15)
    when = When(days=Days(first=day, last=day))
    meeting = replace(JOINT, id="m", kind="coordinator_meeting", format="digital", when=when)
    visit = replace(JOINT, id="v", kind="guidance_visit", party="942110464", when=when)
    assert found([*plan, meeting, visit]) == []
    assert found([*plan, replace(meeting, state="cancelled"), replace(visit, state="cancelled")]) == REAL
    on_the_day = When(days=Days(first=date(2025, 9, 12), last=date(2025, 9, 12)))
    assert found([*plan, replace(meeting, when=on_the_day), replace(visit, when=on_the_day)]) == REAL


def test_joint_sessions_are_counted_by_their_format(plan: list[Session]) -> None:
    without = [it for it in plan if it.id != "joint_session 6"]
    assert found(without) == [("digital_joint_sessions_are_missing", ("joint_session 2", "joint_session 4"))]
    digital = [replace(it, format="digital") if it.id == "joint_session 3" else it for it in plan]
    assert found(digital)[0] == ("physical_joint_sessions_are_missing", ("joint_session 1", "joint_session 5"))
    assert [(it.code, it.values) for it in plan_findings([], PERIOD)] == [
        ("physical_joint_sessions_are_missing", {"found": 0}),
        ("digital_joint_sessions_are_missing", {"found": 0}),
    ]


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2024, 8, 1), date(2025, 12, 31), 3),
        (date(2024, 2, 1), date(2025, 6, 30), 3),
        (date(2024, 8, 1), date(2025, 6, 30), 2),
        (date(2024, 1, 1), date(2025, 12, 31), 4),
    ],
)
def test_the_semesters_of_a_period_are_counted(plan: list[Session], start: date, end: date, count: int) -> None:
    period = Period(start=start, end=end)
    assert semesters(period) == count
    assert (("not_three_semesters", ()) in found(plan, period)) == (count != 3)


def test_a_rough_date_counts_where_it_may_lie(plan: list[Session]) -> None:
    """Visit 4 is in June or August, and the fourth joint session ends in May: it lies between however it is sharpened."""
    moved = [
        replace(it, when=When(months=("2025-10", "2025-12"))) if it.id == "guidance_visit 5" else it for it in plan
    ]
    assert found(moved) == REAL[:1]


def test_where_joint_sessions_are_rough_too_what_may_lie_between_them_counts(plan: list[Session]) -> None:
    """The last joint session may be on 30 November, after the first days of visit 5."""
    rough = [
        replace(it, when=When(months=(f"{it.when.earliest:%Y-%m}",))) if it.kind == "joint_session" else it
        for it in plan
    ]
    assert found(rough) == REAL[:1]
