"""What scheduling makes of events."""

from __future__ import annotations

from services.scheduling.consumers import consumers
from shared.contracts import registration
from tests.support.facts import by_a_newer_version, rows_of


def test_scheduling_knows_a_party_whatever_codes_it_has() -> None:
    event = registration.PARTY_CHANGED.example()
    newer = by_a_newer_version(event, kind="county", language_form="kvensk", takes_invoices_by="pigeon")
    assert rows_of(consumers, newer) == rows_of(consumers, event) != []
