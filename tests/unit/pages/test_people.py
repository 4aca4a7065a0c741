"""What was written of somebody, with the page where it is mended; and an erasure that a service has not answered."""

from __future__ import annotations

from typing import Any

import pytest

from pages.frame.words import WORDS
from pages.people.view import attended, session_of, text_of
from pages.today.view import sections
from services.registration import tables
from services.registration.erasure.repository import prose_of
from tests.unit.pages.samples import TODAY

RECEIPT: dict[str, Any] = {
    "person": "one",
    "erased_at": "2026-01-15T16:00:00Z",
    "services": [
        {"service": "registration", "has_answered": True},
        {"service": "scheduling", "has_answered": False},
        {"service": "notifications", "has_answered": False},
        {"service": "billing", "has_answered": True},
    ],
}


@pytest.mark.parametrize(
    ("text", "name", "link", "shown", "by_hand"),
    [
        (
            {"where": "application.answers", "key": ["a"], "text": {"why": "Kari Vik", "more": ["Ja", {"n": 1}]}},
            "Søknad",
            "/soknad/a",
            "Kari Vik; Ja",
            False,
        ),
        ({"where": "concern.description", "key": ["c"], "text": "Kari Vik"}, "Bekymring", None, "Kari Vik", False),
        ({"where": "minutes.text", "key": ["s"], "text": "Kari Vik"}, "Referat", "/samling/s", "Kari Vik", True),
        (
            {"where": "development_plan.notes", "key": ["p", "921221967", "2"], "text": {"plan": "Kari Vik"}},
            "Utviklingsplan",
            "/program/p/kommune/921221967/utviklingsplan",
            "Kari Vik",
            False,
        ),
    ],
)
def test_each_text_is_named_and_leads_to_where_it_is_mended(
    text: dict[str, Any], name: str, link: str | None, shown: str, *, by_hand: bool
) -> None:
    it = text_of(text)
    assert (it.name, it.link, it.text, it.by_hand) == (name, link, shown, by_hand)


def test_where_somebody_was_present_is_named_also_before_the_session_is_heard_of() -> None:
    there = {"session": "s", "kind": "joint_session", "number": 3, "title": None, "days": ["2024-09-24"]}
    assert attended(there).name == "Fellessamling 3"
    assert attended(there | {"title": "Oppstart"}).name == "Oppstart"
    unheard = attended(there | {"kind": None, "number": None})
    assert (unheard.name, unheard.link, unheard.days) == ("En samling", "/samling/s", ["2024-09-24"])


def test_a_session_that_names_somebody_is_mended_by_hand() -> None:
    session = {
        "session": "s",
        "kind": "guidance_visit",
        "when": "våren 2025",
        "title": "Besøk hos Kari Vik",
        "place": None,
        "meeting_link": None,
    }
    it = session_of(session)
    assert (it.name, it.text, it.by_hand) == ("Veiledningsbesøk våren 2025", "Besøk hos Kari Vik", True)


def test_every_table_in_which_people_write_has_a_word() -> None:
    written = {it.name for it in tables.metadata.sorted_tables if prose_of(it)}
    assert written <= set(WORDS["text_in"])


def test_an_erasure_that_is_not_answered_stands_on_today_with_who_has_not() -> None:
    (section,) = sections(TODAY, [], erasures=[RECEIPT])
    (need,) = section.needs
    assert need.link == "/person/one"
    assert need.text == "Planen og E-post har ikke svart ennå"
