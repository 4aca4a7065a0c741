"""What the pages of invoices make of the answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pages.invoices.explained import OF_SESSIONS, Event, events, others
from pages.invoices.view import Wanted, by_release, is_nynorsk, parties, sums, unbilled, waiting


def invoice(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "number": number,
        "party": "1",
        "party_name": "Molde",
        "agreement": "a",
        "instalment": 1,
        "attempt": 1,
        "session": "s",
        "release": None,
        "amount_ore": 666_667,
        "credited_by": None,
    } | changed


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3]),
        (Wanted(party="2"), [2]),
        (Wanted(instalment="2"), [3]),
        (Wanted(state="standing"), [1, 3]),
        (Wanted(state="credited"), [2]),
    ],
)
def test_invoices_are_filtered(wanted: Wanted, numbers: list[int]) -> None:
    every = [invoice(1), invoice(2, party="2", credited_by=1), invoice(3, instalment=2)]
    assert [it["number"] for it in every if wanted.has(it)] == numbers


def test_what_was_credited_stands_no_more() -> None:
    found = sums([invoice(1), invoice(2, credited_by=1)])
    assert (found.invoices, found.invoiced_ore, found.credited, found.standing_ore) == (2, 1_333_334, 1, 666_667)


def test_parties_are_named_once_by_name() -> None:
    assert parties([invoice(1), invoice(2)], [{"party": "2", "party_name": None}]) == [("2", "2"), ("1", "Molde")]


def not_billed(
    party: str, why: str, *, late: bool = False, by: str | None = None, instalment: int = 2
) -> dict[str, Any]:
    return {
        "party": party,
        "party_name": party,
        "instalment": instalment,
        "why": why,
        "explanation": why,
        "issue_by": by,
        "is_late": late,
        "is_pressing": late,
    }


def test_what_is_not_invoiced_for_one_reason_is_one_line_and_what_is_late_comes_first() -> None:
    found = unbilled(
        [
            not_billed("b", "session_not_completed", by="2025-03-20"),
            not_billed("a", "session_not_completed", by="2025-03-10"),
            not_billed("c", "not_signed", instalment=1),
            not_billed("d", "no_session", instalment=3),
            not_billed("e", "about_to_be_issued", late=True, by="2025-01-01", instalment=3),
        ],
        [{"kind": "joint_session", "state": "cancelled", "instalment": None, "freed_instalment": 3}],
        date(2025, 2, 21),
    )
    assert [(it.why, [one["party"] for one in it.parties], it.issue_by) for it in found] == [
        ("about_to_be_issued", ["e"], "2025-01-01"),
        ("no_session", ["d"], None),
        ("not_signed", ["c"], None),
        ("session_not_completed", ["a", "b"], "2025-03-10"),
    ]
    assert [it.needs_someone for it in found] == [True, True, False, False]


def test_only_what_still_waits_is_to_be_approved() -> None:
    held = [{"invoice": 1, "amount_ore": None}, {"invoice": 2, "amount_ore": 5}]
    approvals = [
        {"id": "1", "cause": "start", "found_at": "", "state": "waiting", "held": held},
        {"id": "2", "cause": "start", "found_at": "", "state": "approved", "held": held},
    ]
    (found,) = waiting(approvals)
    assert (found.id, found.credit_notes, found.invoices, found.invoices_ore) == ("1", 2, 1, 5)


def test_a_release_is_shown_with_the_invoices_that_stand_because_of_it() -> None:
    found = by_release([invoice(1), invoice(2, release="r"), invoice(3, release="r", credited_by=1)])
    assert {release: it.invoices for release, it in found.items()} == {"r": 1}


def test_an_earlier_and_a_later_invoice_for_the_same_instalment_belong_together() -> None:
    every = [invoice(1), invoice(2, attempt=2), invoice(3, instalment=2), invoice(4, agreement="b")]
    assert [it["number"] for it in others(every[0], every)] == [2]


def test_what_people_did_is_told_in_words_and_once_in_a_row() -> None:
    session = "/scheduling/sessions/{id}"
    routes = [
        "POST /scheduling/programmes/{programme}/sessions",
        f"POST {session}/move",
        f"POST {session}/move",
        f"PATCH {session}",
        f"POST {session}/completion",
    ]
    found = events([{"route": it, "by": "Kari"} for it in routes], OF_SESSIONS)
    assert found == [
        Event(what="Samlingen ble planlagt", by="Kari"),
        Event(what="Samlingen ble flyttet", by="Kari"),
        Event(what="Samlingen ble registrert som gjennomført", by="Kari"),
    ]


def test_a_document_is_shown_in_the_language_that_it_was_written_in() -> None:
    assert is_nynorsk({"delivered": "Deltakaravgift Fremtidens kulturskole, rate 1 av 3"})
    assert not is_nynorsk({"delivered": "Deltakeravgift Fremtidens kulturskole, rate 1 av 3"})
