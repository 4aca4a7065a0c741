"""What registration makes of events."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.registration.consumers import consumers
from shared.when import Weeks, When
from tests.support import events
from tests.support.facts import rows_of


def known(*told: Any) -> list[dict[str, Any]]:
    return [row for table, row in rows_of(consumers, *told) if table == "session"]


def test_a_session_is_known_by_its_exact_days() -> None:
    (row,) = known(events.completed(1))
    assert (row["first_day"], row["last_day"], row["state"]) == (date(2024, 9, 24), date(2024, 9, 25), "completed")
    assert (row["not_before"], row["not_after"]) == (row["first_day"], row["last_day"])


def test_one_without_exact_days_is_known_by_all_the_days_that_it_may_be_on() -> None:
    weeks = (Weeks(year=2024, first=42, last=42), Weeks(year=2024, first=39, last=40))
    visit = events.session(kind="guidance_visit", party=events.organisation_number(1), when=When(weeks=weeks))
    (row,) = known(visit)
    assert (row["first_day"], row["last_day"]) == (None, None)
    assert (row["not_before"], row["not_after"]) == (date(2024, 9, 23), date(2024, 10, 20))
    assert row["party"] == events.organisation_number(1)
