"""How a document reached its payer, as its page says it."""

from __future__ import annotations

from typing import Any

import pytest

from pages.invoices.delivered import FAKE, delivered


def delivery(**changes: Any) -> dict[str, Any]:
    fields = {"id": "d1", "kind": "invoice", "number": 1, "state": "delivered", "channel": "ehf", "why": None}
    return fields | {"receipt": None, "access_point": None, "is_credited": False} | changes


def lines(**changes: Any) -> list[str]:
    found = delivered([delivery(number=2), delivery(**changes)], "invoice", 1)
    assert found is not None
    return found.lines


def test_it_says_how_it_was_delivered_and_that_a_fake_delivers_nothing() -> None:
    assert lines(receipt="AS4-1") == ["Levert som EHF.", "Kvittering: AS4-1."]
    assert lines(access_point="fake")[-1] == FAKE
    assert lines(channel="mail", why="no_access_point") == [
        "Levert på e-post.",
        "Det er ikke satt opp noe aksesspunkt for EHF.",
    ]


def test_a_code_of_an_access_point_is_shown_for_what_it_is() -> None:
    refused = lines(state="undelivered", why="permanently_failed")
    assert refused == ["Ikke levert.", "Aksesspunktet avviste den (permanently_failed)."]
    unmade = lines(state="by_mail", channel="mail", why="ehf_cannot_be_made")
    assert unmade == ["Går på e-post.", "Det kan ikke lages EHF av det."]
    assert "prøves igjen" in lines(state="queued", why="http_500")[-1]


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
