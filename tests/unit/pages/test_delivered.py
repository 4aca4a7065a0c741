"""How a document reached its payer, as its page says it."""

from __future__ import annotations

from typing import Any

import pytest

from pages.invoices.delivered import (
    FAKE,
    INVOICE_NOT_DELIVERED,
    INVOICE_NOT_SENT,
    NEITHER_IS_SENT,
    Delivered,
    by_document,
    delivered,
    in_short,
)


def delivery(**changes: Any) -> dict[str, Any]:
    fields = {"id": "d1", "kind": "invoice", "number": 1, "state": "delivered", "channel": "ehf", "why": None}
    times = {"changed_at": "2024-09-25T22:30:00Z", "held_until": "2024-09-25T10:00:00Z", "tries": 0}
    return fields | times | {"receipt": None, "access_point": None, "is_credited": False} | changes


def found_of(*every: dict[str, Any], kind: str = "invoice", invoice: int | None = None) -> Delivered:
    found = delivered([delivery(number=2), *every], kind, 1, invoice=invoice)
    assert found is not None
    return found


def lines(**changes: Any) -> list[str]:
    return found_of(delivery(**changes)).lines


def test_it_says_how_it_was_delivered_and_that_a_fake_delivers_nothing() -> None:
    assert lines(receipt="AS4-1") == ["Levert som EHF 26. september 2024 kl. 00.30.", "Kvittering: AS4-1."]
    assert lines(access_point="fake")[-1] == FAKE
    assert FAKE not in lines(access_point="fake", channel="mail", why="no_verdict")
    assert lines(channel="mail", why="no_access_point") == [
        "Levert på e-post 26. september 2024 kl. 00.30.",
        "Det er ikke satt opp noe aksesspunkt for EHF.",
    ]


def test_what_an_access_point_says_is_said_in_words() -> None:
    refused = lines(state="undelivered", why="permanently_failed")
    assert refused == ["Ikke levert.", "Aksesspunktet avviste den: den lot seg ikke levere."]
    assert lines(state="undelivered", why="ERR7")[-1] == "Aksesspunktet avviste den, med koden ERR7."
    unmade = lines(state="by_mail", channel="mail", why="ehf_cannot_be_made")
    assert unmade == ["Går på e-post.", "Det kan ikke lages EHF av det."]
    for why, said in (
        ("http_503_unreadable", "Aksesspunktet svarte med feilen 503."),
        ("http_500", "Aksesspunktet svarte med feilen 500."),
        ("too_long", "Aksesspunktet svarte med for mye til at det kan leses."),
        ("new_trouble", "Aksesspunktet svarte ikke som det skal, med koden new_trouble."),
    ):
        assert lines(state="queued", why=why)[-1] == f"{said} Det prøves igjen."
    assert len(lines(why="http_503")) == 1  # it is delivered since


def test_what_is_held_says_until_when() -> None:
    assert lines(state="held", channel=None) == [
        "Venter til 25. september 2024 kl. 12.00 før den går ut. Krediteres den før det, sendes den ikke."
    ]


@pytest.mark.parametrize("state", ["held", "recalled"])
def test_what_was_credited_while_it_was_held_is_sent_neither_as_invoice_nor_as_credit_note(state: str) -> None:
    invoice = delivery(state=state, channel=None, is_credited=True)
    note = delivery(kind="credit_note", state=state, channel=None)
    assert found_of(invoice, note).lines == [NEITHER_IS_SENT]
    assert found_of(invoice, note, kind="credit_note", invoice=1).lines == [INVOICE_NOT_SENT]
    known = by_document([invoice, note])
    assert in_short(known, "invoice", 1) == "sendes ikke"


def test_a_credit_note_waits_for_its_invoice_and_goes_nowhere_where_that_did_not_arrive() -> None:
    note = delivery(kind="credit_note", state="held", channel=None)
    waits = found_of(delivery(state="by_mail", channel="mail"), note, kind="credit_note", invoice=1)
    assert "til fakturaen er levert" in waits.lines[0]
    never = found_of(delivery(state="undelivered", why="rejected"), note, kind="credit_note", invoice=1)
    assert never.lines == [INVOICE_NOT_DELIVERED]


@pytest.mark.parametrize(
    ("changes", "is_sent"),
    [({"state": "held"}, False), ({"state": "undelivered"}, False), ({"state": "queued"}, True), ({}, True)],
)
def test_it_is_known_whether_a_credit_note_would_be_sent(changes: Any, *, is_sent: bool) -> None:
    assert found_of(delivery(**changes)).note_is_sent is is_sent


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({"state": "queued"}, False),
        ({"state": "queued", "tries": 1}, True),
        ({"state": "submitted", "tries": 1}, True),
        ({"state": "undelivered", "tries": 9, "why": "no_verdict"}, True),
        ({"state": "undelivered", "tries": 1, "why": "rejected"}, False),
    ],
)
def test_what_an_access_point_may_have_could_come_twice(changes: Any, *, may: bool) -> None:
    assert found_of(delivery(**changes)).may_come_twice is may


def test_in_a_list_it_is_said_in_short_with_the_day() -> None:
    known = by_document([delivery(), delivery(number=2, state="undelivered")])
    assert [in_short(known, "invoice", number) for number in (1, 2, 3)] == [
        "levert 26. september 2024",
        "ikke levert",
        "",
    ]


@pytest.mark.parametrize(
    ("changes", "can"),
    [
        ({"state": "undelivered"}, True),
        ({"state": "submitted"}, True),
        ({"state": "undelivered", "is_credited": True}, False),
        *(({"state": it}, False) for it in ("held", "by_mail", "delivered", "recalled")),
    ],
)
def test_what_is_over_or_with_somebody_else_is_not_offered_to_be_tried_again(changes: Any, *, can: bool) -> None:
    found = delivered([delivery(**changes)], "invoice", 1)
    assert found is not None
    assert found.can_be_tried is can


def test_of_one_from_before_deliveries_nothing_is_known() -> None:
    assert delivered([delivery(number=2)], "invoice", 1) is None
