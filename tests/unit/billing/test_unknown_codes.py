"""What billing does with codes that a newer version tells."""

from __future__ import annotations

import pytest

from services.billing.consumers import consumers
from services.billing.documents.domain.wording import not_registered_for_vat
from shared.contracts import registration
from shared.contracts.codes import UnknownCode
from tests.support.events import completed
from tests.support.facts import by_a_newer_version, facts_of, rows_of


@pytest.mark.parametrize("code", ["state", "format"])
def test_no_money_moves_on_a_session_whose_state_or_format_is_not_known(code: str) -> None:
    with pytest.raises(UnknownCode, match=code):
        facts_of(consumers, by_a_newer_version(completed(1), **{code: "hybrid"}))


def test_a_session_of_another_kind_is_billed_by_what_its_event_is_called() -> None:
    event = completed(1)
    assert rows_of(consumers, by_a_newer_version(event, kind="study_trip")) == rows_of(consumers, event)


def test_a_party_is_billed_whatever_it_is_and_in_bokmaal_where_its_language_form_is_not_known() -> None:
    event = registration.PARTY_REGISTERED.example()
    newer = by_a_newer_version(event, kind="county", language_form="kvensk", takes_invoices_by="pigeon")
    ((table, row), *_) = rows_of(consumers, newer)
    assert (table, not_registered_for_vat(row["language_form"])) == ("party", not_registered_for_vat("bokmål"))


def test_how_an_agreement_ends_makes_no_difference() -> None:
    event = registration.AGREEMENT_ENDED.example()
    newer = by_a_newer_version(event, kind_of_end="lapsed")
    assert rows_of(consumers, newer) == rows_of(consumers, event)
