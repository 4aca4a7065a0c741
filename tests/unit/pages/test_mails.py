"""What the pages of mails make of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from pages.mails.view import entry, failures, waiting

PROGRAMME = "regionalt-2024-2025"


def failed(reply: int | None, reason: str | None = None) -> dict[str, Any]:
    return {"reply": reply, "reason": reason}


def test_failed_mails_stand_by_why_and_those_that_are_not_tried_again_come_last() -> None:
    found = failures([failed(550, "overtaken"), failed(550), failed(550), failed(None), failed(452)])
    assert [(len(it.mails), it.can_be_tried, it.reply) for it in found] == [
        (2, True, 550),
        (1, True, None),
        (1, True, 452),
        (1, False, None),
    ]
    assert "to døgn" in found[2].why


def waits(why: str, *, party: str | None = "1", id: str | None = None, programme: str = PROGRAMME) -> dict[str, Any]:
    return {
        "what": "session_invitation",
        "programme": programme,
        "party": party,
        "party_name": "Molde",
        "why": why,
        "since": f"2024-0{len(why) % 8 + 1}-01T12:00:00Z",
        "id": id,
        "reason": None,
    }


def test_what_waits_for_somebody_comes_first_and_what_waits_for_the_same_is_one_line() -> None:
    found = waiting(
        [
            waits("agreement", party="1"),
            waits("agreement", party="2"),
            waits("given_up"),
            waits("recipient", party="3"),
            waits("sending", programme="another"),
        ],
        PROGRAMME,
    )
    assert [(it.why, it.party, it.count, it.needs_someone) for it in found] == [
        ("recipient", "3", 1, True),
        ("agreement", None, 2, False),
    ]


def written(*lines: str, method: str = "REQUEST") -> str:
    head = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VTIMEZONE", "DTSTART:19960331T020000", "END:VTIMEZONE"]
    return "\r\n".join([*head, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("times", "when"),
    [
        (["DTSTART;VALUE=DATE:20240924", "DTEND;VALUE=DATE:20240926"], "24.–25. september 2024"),
        (
            ["DTSTART;TZID=Europe/Oslo:20240821T090000", "DTEND;TZID=Europe/Oslo:20240821T113000"],
            "21. august 2024 kl. 09.00–11.30",
        ),
        (["DTSTART;TZID=Europe/Oslo:20240821T090000"], "21. august 2024 kl. 09.00"),
    ],
)
def test_a_calendar_entry_is_said_in_words(times: list[str], when: str) -> None:
    found = entry(
        written(*times, "SUMMARY:Fellessamling 1\\, oppst\r\n art", "LOCATION:Kimen\\, Stjørdal", "SEQUENCE:0")
    )
    assert found is not None
    assert (found.title, found.when, found.where) == ("Fellessamling 1, oppstart", when, "Kimen, Stjørdal")
    assert "legger" in found.does


def test_what_a_calendar_entry_does_is_by_its_method_and_its_sequence() -> None:
    day = "DTSTART;VALUE=DATE:20240924"
    cancelled, changed = entry(written(day, "SEQUENCE:3", method="CANCEL")), entry(written(day, "SEQUENCE:1"))
    assert cancelled is not None
    assert changed is not None
    assert "ut av" in cancelled.does
    assert "endrer" in changed.does


def test_an_entry_that_is_not_ours_is_not_made_up() -> None:
    assert entry("BEGIN:VCALENDAR\nEND:VCALENDAR") is None
    assert entry(written("DTSTART:next week")) is None
