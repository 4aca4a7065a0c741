"""What Drift makes of what the services say of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from pages.operations.view import FAULTS, PARKED, event, service
from shared.messaging import condition


def said(health: dict[str, Any] | None, **other: Any) -> Any:
    return service("billing", health=health, state=None, **({"parked": (), "set_aside": ()} | other))


@pytest.mark.parametrize(
    ("health", "says", "needs_someone"),
    [
        (None, "Svarer ikke", True),
        ({"ready": False, "faults": [{"part": "database", "reason": "silent"}]}, "Ikke klar", True),
        ({"ready": True, "faults": [{"part": "broker", "reason": "NATS is away"}]}, "Klar, men ikke hel", True),
        ({"ready": True, "faults": []}, "I orden", False),
    ],
)
def test_how_a_service_is_comes_from_its_health(health: Any, says: str, *, needs_someone: bool) -> None:
    found = said(health)
    assert (found.says, found.needs_someone) == (says, needs_someone)


def test_each_part_that_can_be_at_fault_has_words() -> None:
    parts = {
        getattr(condition, it) for it in ("SERVICE", "DATABASE", "BROKER", "STREAM", "CONSUMERS", "PUBLISHING", "WORK")
    }
    assert parts <= FAULTS.keys()


def test_messages_stand_by_their_type_and_reason() -> None:
    types = [("a", "failed"), ("a", "failed"), ("b", "failed"), (None, "a code of tomorrow")]
    found = said(None, parked=[{"type": type, "reason": reason} for type, reason in types]).parked
    assert [(it.type, it.why, len(it.messages)) for it in found] == [
        ("a", PARKED["failed"], 2),
        ("b", PARKED["failed"], 1),
        (None, "Noe er galt.", 1),
    ]


def test_an_event_is_named_by_who_told_it_and_what_happened() -> None:
    assert event("kulturskole.registration.programme.opened.v1") == "registration: programme.opened"
    assert event(None) == "ukjent"
    assert event("<b>") == "<b>"
