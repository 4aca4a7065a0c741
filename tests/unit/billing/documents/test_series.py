from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.billing.documents.domain.series import document_number, programme_of, series_id


def test_a_series_is_named_after_its_programme() -> None:
    assert series_id("p-1", "invoice") == "p-1/invoices"
    assert programme_of("p-1/invoices", "invoice") == "p-1"
    assert programme_of("p-1/invoices", "credit_note") is None
    assert programme_of("/credit-notes", "credit_note") is None


@given(
    st.lists(
        st.tuples(st.from_regex(r"[A-Z]{1,8}", fullmatch=True), st.integers(1, 99), st.integers(1, 999)), unique=True
    )
)
def test_no_two_documents_are_called_the_same_whatever_the_prefix_was(documents: list[tuple[str, int, int]]) -> None:
    assert len({document_number(*it) for it in documents}) == len(documents)
