from __future__ import annotations

from services.billing.documents.domain.books import BookedCreditNote, BookedInvoice, apart_from_credited_attempts, books

A, B = "942110464", "938587418"


def test_the_books_say_what_each_party_was_invoiced_less_what_was_credited() -> None:
    invoices = [
        BookedInvoice(1, A, 1, 666_667),
        BookedInvoice(2, A, 2, 666_667),
        BookedInvoice(3, A, 1, 666_667),
    ]
    notes = [BookedCreditNote(1, 1, 666_667, "e1"), BookedCreditNote(2, 2, 666_667, "e2")]
    nothing = {"credited_attempts": 0, "net_ore": 0}
    assert books([B, A], invoices, notes) == {
        "credit_notes_name_their_event": True,
        "credit_notes_pair_with_invoices": True,
        "parties": {
            B: {"1": nothing, "2": nothing, "3": nothing},
            A: {
                "1": {"credited_attempts": 1, "net_ore": 666_667},
                "2": {"credited_attempts": 1, "net_ore": 0},
                "3": nothing,
            },
        },
        "series": {"credit_notes": {"count": 2, "unbroken": True}, "invoices": {"count": 3, "unbroken": True}},
    }


def test_a_gap_in_a_series_is_seen() -> None:
    invoices = [BookedInvoice(1, A, 1, 1), BookedInvoice(3, A, 2, 1)]
    assert books([A], invoices, [])["series"]["invoices"] == {"count": 2, "unbroken": False}


def test_a_credit_note_without_an_invoice_of_its_own_or_an_event_is_seen() -> None:
    invoices = [BookedInvoice(1, A, 1, 100)]

    def paired(*notes: BookedCreditNote) -> object:
        return books([A], invoices, notes)["credit_notes_pair_with_invoices"]

    assert paired(BookedCreditNote(1, 1, 100, "e"))
    assert not paired(BookedCreditNote(1, 2, 100, "e"))
    assert not paired(BookedCreditNote(1, 1, 99, "e"))
    assert not paired(BookedCreditNote(1, 1, 100, "e"), BookedCreditNote(2, 1, 100, "e"))
    assert not books([A], invoices, [BookedCreditNote(1, 1, 100, None)])["credit_notes_name_their_event"]


def test_books_of_runs_that_credited_more_or_less_on_the_way_are_the_same_apart_from_that() -> None:
    straight = books([A], [BookedInvoice(1, A, 1, 5)], [])
    detour = books([A], [BookedInvoice(1, A, 1, 5), BookedInvoice(2, A, 1, 5)], [BookedCreditNote(1, 1, 5, "e")])
    assert straight != detour
    assert apart_from_credited_attempts(straight) == apart_from_credited_attempts(detour)
