"""Dates as they are stored and told; what is a sound one is scheduling's rule S2 (tests/unit/scheduling)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.scheduling.sessions.repository import WHEN
from shared.contracts import catalogue
from shared.contracts.envelope import Event, nats_subject
from shared.contracts.scheduling import Session, session_event
from shared.ids import new_id
from shared.when import Days, Weeks, When, findings

# As services have stored and told dates from the beginning.
TOLD: list[tuple[When, dict[str, Any]]] = [
    (
        When(days=Days(first=date(2024, 3, 15), last=date(2024, 3, 15), starts_at="09:00", ends_at="14:00")),
        {
            "days": {"first": "2024-03-15", "last": "2024-03-15", "starts_at": "09:00", "ends_at": "14:00"},
            "weeks": [],
            "months": [],
        },
    ),
    (
        When(weeks=(Weeks(year=2025, first=34, last=35),), months=("2025-08",), duration_minutes=150),
        {"weeks": [{"year": 2025, "first": 34, "last": 35}], "months": ["2025-08"], "duration_minutes": 150},
    ),
]


def told(when: When) -> Event[Session]:
    session = Session(
        id=new_id(),
        version=1,
        programme="regionalt",
        kind="joint_session",
        format="physical",
        when=when,
        state="planned",
    )
    return session_event(session, "planned").event(session, id=new_id(), time=datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("when", "form"), TOLD)
def test_a_date_is_stored_and_told_in_one_form(when: When, form: dict[str, Any]) -> None:
    assert json.loads(WHEN.dump_json(when, exclude_none=True)) == form
    assert WHEN.validate_json(json.dumps(form)) == when
    event = told(when)
    body = event.model_dump_json(exclude_none=True)
    assert json.loads(body)["data"]["when"] == form
    assert catalogue.read(body.encode(), nats_subject(event)) == event


@pytest.mark.parametrize(
    "unsound",
    [
        {},
        {"weeks": [{"year": 2025, "first": 53, "last": 53}]},
        {"months": ["2025-13"]},
        {"days": {"first": "2025-02-13", "last": "2025-02-12"}},
        {"days": {"first": "2025-02-13", "last": "2025-02-13", "starts_at": "9"}},
    ],
)
def test_an_event_with_a_date_that_there_is_not_cannot_be_read(unsound: dict[str, Any]) -> None:
    event = told(TOLD[0][0])
    content = json.loads(event.model_dump_json())
    content["data"]["when"] = unsound
    with pytest.raises(catalogue.Unreadable, match=r"data\.when"):
        catalogue.read(json.dumps(content).encode(), nats_subject(event))


def test_all_that_is_wrong_with_a_date_is_found() -> None:
    backwards = Days(first=date(2025, 2, 13), last=date(2025, 2, 12), ends_at="12:00")
    assert [it.field for it in findings(When(days=backwards, duration_minutes=30))] == [
        "when.days.last",
        "when.days.starts_at",
        "when.duration_minutes",
    ]
    assert [
        it.field for it in findings(When(days=Days(first=date.min, last=date.min, starts_at="9"), months=("x",)))
    ] == [
        "when.months",
        "when.days.starts_at",
    ]
