"""What a session's page offers, and what its button says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pages.frame.api import AWAY
from pages.frame.needs import is_past
from pages.frame.templates import by_name
from pages.frame.words import name_of
from pages.gatherings import view
from pages.gatherings.view import UNHEARD, NotForeseen, Seen

TODAY = date(2025, 2, 21)
DAYS = {"first": "2025-02-19", "last": "2025-02-20", "starts_at": None, "ends_at": None}


def session(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "version": 3,
        "kind": "joint_session",
        "number": 3,
        "format": "physical",
        "title": "Fellessamling 3",
        "party": None,
        "instalment": 2,
        "venue": "Olavshallen",
        "city": "Trondheim",
        "state": "planned",
        "when": {"days": DAYS, "weeks": [], "months": [], "duration_minutes": None},
    } | changes


def seen(preview: Any = None, **changes: Any) -> Seen:
    return Seen(session=session(**changes), etag='"3"', today=TODAY, programme={}, preview=preview, invoices=[])


def preview(version: int = 3, **figures: int) -> dict[str, Any]:
    sessions = [{"id": "2", "version": 9}, {"id": "1", "version": version}]
    return {"invoices": 0, "credit_notes": 0, "total_ore": 0, "sessions": sessions} | figures


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"when": {"days": None, "weeks": [], "months": ["2025-02"]}}, "Dagene må være bestemt"),
        ({"when": {"days": DAYS | {"last": "2025-02-22"}}}, "22. februar 2025"),
        ({"city": None}, "fakturaene"),
        ({"kind": "guidance_visit", "instalment": None}, "hver kommune"),
    ],
)
def test_what_stands_in_the_way_of_completing_is_said_instead_of_a_button(changes: dict[str, Any], says: str) -> None:
    assert says in " ".join(view.not_yet_completed_because(session(**changes), TODAY))
    assert "gjennomfort" not in view.offers(seen(**changes))


def test_the_last_day_has_begun_in_its_morning_and_a_session_is_late_the_day_after() -> None:
    assert view.not_yet_completed_because(session(), date(2025, 2, 20)) == []
    assert not is_past(session(), date(2025, 2, 20))
    assert is_past(session(), TODAY)
    assert not is_past(session(state="completed"), TODAY)
    assert not is_past(session(kind="guidance_visit", instalment=None), TODAY)


@pytest.mark.parametrize("nothing_to_go_by", [AWAY, UNHEARD, preview(version=2), NotForeseen("no")])
@pytest.mark.parametrize("state", ["planned", "completed"])
def test_no_button_sends_what_nobody_can_see(nothing_to_go_by: Any, state: str) -> None:
    found = seen(nothing_to_go_by, state=state)
    assert found.no_preview_because
    assert not {"gjennomfort", "gjennomfort-angre"} & view.offers(found)
    assert not found.has_preview


def test_the_form_that_is_offered_follows_from_the_state() -> None:
    assert {"gjennomfort", "flytt", "rate", "avlys"} <= view.offers(seen(preview()))
    assert view.offers(seen(preview(), state="completed")) == {"endre", "gjennomfort-angre"}
    assert view.offers(seen(state="cancelled")) == {"endre", "avlys-angre"}
    assert "rate" not in view.offers(seen(preview(), format="digital"))


@pytest.mark.parametrize(
    ("state", "figures", "says"),
    [
        ("planned", {"invoices": 12}, "Registrer og send 12 fakturaer"),
        ("planned", {"invoices": 1, "credit_notes": 1}, "Registrer og send 1 faktura og 1 kreditnota"),
        ("planned", {}, "Registrer som gjennomført"),
        ("completed", {"credit_notes": 10}, "Angre registreringen og send 10 kreditnotaer"),
        ("completed", {}, "Angre registreringen"),
    ],
)
def test_the_button_says_what_it_sends(state: str, figures: dict[str, int], says: str) -> None:
    assert view.button(state, preview(**figures)) == says


def test_of_what_was_issued_only_what_stands_counts() -> None:
    invoices = [
        {"session": "1", "amount_ore": 666_667, "credited_by": None},
        {"session": "1", "amount_ore": 666_667, "credited_by": 4},
        {"session": "2", "amount_ore": 666_667, "credited_by": None},
    ]
    assert view.sent_of("1", invoices) == view.Sent(2, 1, 666_667)


def test_what_is_foreseen_stands_in_norwegian_order_of_the_names() -> None:
    rows = [{"party": it, "party_name": it} for it in ("Ørsta", "Ålesund", "Ærøy")] + [
        {"party": "9", "party_name": None}
    ]
    assert [it["party"] for it in by_name(rows)] == ["9", "Ærøy", "Ørsta", "Ålesund"]


def test_invoices_are_named_as_their_payers_know_them() -> None:
    invoices = [{"number": 12, "document_number": "FK1-12"}, {"number": 3, "document_number": None}]
    assert replace(seen(), invoices=invoices).names_of_invoices == {12: "FK1-12"}
    assert replace(seen(), invoices=AWAY).names_of_invoices == {}


def test_a_session_without_a_title_is_called_by_its_kind_and_number() -> None:
    assert name_of(session(title=None)) == "Fellessamling 3"
    assert name_of(session(title=None, kind="contract_meeting", number=None)) == "Kontraktsmøte"
