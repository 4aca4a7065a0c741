from __future__ import annotations

from services.billing.documents.domain.series import programme_of, series_id


def test_a_series_is_named_after_its_programme() -> None:
    assert series_id("p-1", "invoice") == "p-1/invoices"
    assert programme_of("p-1/invoices", "invoice") == "p-1"
    assert programme_of("p-1/invoices", "credit_note") is None
    assert programme_of("/credit-notes", "credit_note") is None
