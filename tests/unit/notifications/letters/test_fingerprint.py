"""By a fingerprint it can be told whether the same was told, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from services.notifications.letters import contents
from services.notifications.letters.domain.kinds import KINDS
from tests.unit.notifications.samples import ENTRY, content, mail

OTHERWISE: dict[str, Any] = {
    "first_day": date(2024, 9, 23),
    "last_day": date(2024, 9, 26),
    "duration_minutes": 90,
    "meeting_link": "https://x.example/1",
}


def fingerprint(kind: str, **changes: Any) -> str:
    return contents.fingerprint(kind, mail(kind, **changes).content)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_has_the_same_fingerprint_whatever_the_order_in_which_it_is_stored(kind: str) -> None:
    stored = contents.store(content(kind))
    turned = dict(reversed(stored.items()))
    assert contents.fingerprint(kind, turned) == contents.fingerprint(kind, stored) == fingerprint(kind)


@pytest.mark.parametrize("name", [it.name for it in fields(ENTRY)])
def test_whatever_stands_in_an_entry_changes_the_fingerprint(name: str) -> None:
    other = replace(ENTRY, **{name: OTHERWISE.get(name, "otherwise")})
    assert fingerprint("session_invitation", entry=other) != fingerprint("session_invitation")


def test_an_invitation_to_what_a_change_has_led_to_has_its_fingerprint() -> None:
    """So that who is told anew, having lost what was before, is not told again."""
    other = replace(ENTRY, place="Volda")
    assert fingerprint("session_change", entry=other) == fingerprint("session_invitation", entry=other)


def test_what_a_document_says_changes_the_fingerprint() -> None:
    document = contents.store(content("invoice"))["document"]
    stored = contents.store(content("invoice"))
    other = stored | {"document": document | {"amount_ore": 1}}
    assert contents.fingerprint("invoice", other) != contents.fingerprint("invoice", stored)


@pytest.mark.parametrize("kind", ["invoice", "session_change"])
def test_a_field_that_is_added_and_empty_changes_no_fingerprint(kind: str) -> None:
    stored = contents.store(content(kind))
    part = "document" if kind == "invoice" else "entry"
    later = stored | {"colour": None, part: stored[part] | {"colour": None}}
    assert contents.fingerprint(kind, later) == contents.fingerprint(kind, stored)


def test_names_of_people_are_no_part_of_it() -> None:
    """Or a name could be guessed, and the guess confirmed."""
    assert fingerprint("concern_raised", contacts=("Ada Ås",)) == fingerprint("concern_raised", contacts=())


def test_what_cannot_be_read_has_a_fingerprint_too() -> None:
    """Told of it is when it has failed, together with others."""
    assert len(contents.fingerprint("session_change", {})) == 64
