"""What the pages about applications make of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from pages.applications import view
from pages.applications.view import assessed, by_state, can_be_assessed, can_be_withdrawn, not_met, who_can_apply


def application(party: str = "1", state: str = "received", **given: Any) -> dict[str, Any]:
    return {"party": party, "state": state, "assessment": None} | given


def test_who_waits_for_a_place_stands_in_the_order_of_the_applications() -> None:
    found = by_state([application("1", "waiting_list"), application("2"), application("3", "waiting_list")])
    assert [it["party"] for it in found["waiting_list"]] == ["1", "3"]
    assert [it["party"] for it in found["received"]] == ["2"]


def test_who_has_withdrawn_can_apply_again() -> None:
    parties = [{"organisation_number": str(n), "name": name} for n, name in enumerate(("Volda", "Aukra", "Ørsta"))]
    found = who_can_apply(parties, [application("0"), application("1", "withdrawn")])
    assert found == [("1", "Aukra (1)"), ("2", "Ørsta (2)")]


def test_a_verdict_that_nobody_gave_is_left_out() -> None:
    given = {"development_area.met": "", "development_area.reason": "Nei.", "dialogue_with_branch.met": "nei"}
    assert assessed(given | {"outcome": "accepted", "in_spite_of_criteria": ""}) == {
        "development_as_whole": {},
        "development_area": {"reason": "Nei."},
        "dialogue_with_branch": {"met": False},
        "outcome": "accepted",
        "in_spite_of_criteria": False,
    }


def test_a_criterion_that_is_not_met_is_named() -> None:
    verdicts = {
        "development_as_whole": {"met": True},
        "development_area": {"met": False},
        "dialogue_with_branch": {"met": True},
    }
    assert not_met(application(assessment=verdicts)) == ["development_area"]
    assert not_met(application()) == []


@pytest.mark.parametrize(
    ("state", "agreement", "assessable", "withdrawable"),
    [
        ("received", None, True, True),
        ("accepted", "called_back", True, True),
        ("accepted", "sent", False, True),
        ("accepted", "signed", False, False),
        ("withdrawn", None, False, False),
    ],
)
def test_a_decision_is_made_anew_until_an_agreement_is_sent_and_withdrawn_until_it_is_signed(
    *, state: str, agreement: str | None, assessable: bool, withdrawable: bool
) -> None:
    agreements = [{"state": agreement}] if agreement else []
    assert can_be_assessed(application(state=state), agreements) is assessable
    assert can_be_withdrawn(application(state=state), agreements) is withdrawable


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ({"a": "1", "b": "2", "c": "3"}, ["a", "b", "c"]),
        ({"a": "1", "b": "2", "c": "1"}, ["c", "a", "b"]),  # moved up, before who stood there
        ({"a": "3", "b": "2", "c": "3"}, ["b", "c", "a"]),  # moved down, after who stood there
        ({"a": "1", "b": "2", "c": "3", "out": "2"}, ["a", "out", "b", "c"]),
        ({"a": "1", "b": "", "c": "tre"}, ["a"]),  # which the API refuses, since somebody is left out
    ],
)
def test_a_queue_stands_as_the_places_that_were_typed(typed: dict[str, str], order: list[str]) -> None:
    places = {"a": 1, "b": 2, "c": 3, "out": None}
    waiting = [{"application": name, "place": place} for name, place in places.items()]
    assert view.in_order(waiting, {f"plass.{name}": place for name, place in typed.items()}) == order
