"""What the demo compares when it reads a calendar feed back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.demo.calendar import Day, in_feed, in_plan

MINE, OTHERS = "900000001", "900000002"
FEED = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//NO\r
BEGIN:VEVENT\r
UID:several@fremtidens-kulturskole\r
DTSTAMP:20240901T120000Z\r
DTSTART;VALUE=DATE:20241126\r
DTEND;VALUE=DATE:20241128\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:one@fremtidens-kulturskole\r
DTSTAMP:20240901T120000Z\r
DTSTART;TZID=Europe/Oslo:20241007T090000\r
DTEND;TZID=Europe/Oslo:20241007T113000\r
END:VEVENT\r
END:VCALENDAR\r
"""
SEVERAL = ("several", date(2024, 11, 26), date(2024, 11, 27))
ONE = ("one", date(2024, 10, 7), date(2024, 10, 7))


def session(id: str, days: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    return {"id": id, "party": None, "kind": "joint_session", "state": "planned", "when": {"days": days}} | changes


def test_a_feed_is_read_as_days_and_whole_days_end_before_their_end() -> None:
    assert in_feed(FEED) == {SEVERAL, ONE}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, {SEVERAL}),
        ({"party": MINE, "kind": "guidance_visit"}, {SEVERAL}),
        ({"party": OTHERS, "kind": "guidance_visit"}, set()),
        ({"kind": "guidance_visit"}, set()),
        ({"state": "cancelled"}, set()),
        ({"when": {"days": None, "months": ["2024-11"]}}, set()),
    ],
)
def test_of_the_plan_count_exact_days_of_what_is_everyones_or_ones_own(change: dict[str, Any], found: set[Day]) -> None:
    days = {"first": "2024-11-26", "last": "2024-11-27"}
    assert in_plan([session("several", days, **change)], MINE) == found
