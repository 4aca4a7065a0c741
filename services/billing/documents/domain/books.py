"""The books: what runs of the system are compared by (B4).

They say who was invoiced what, and that everything adds up; not when, under which ids, or who got which number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shared.money import INSTALMENTS

Books = dict[str, Any]


class BookedInvoice(NamedTuple):
    number: int
    party: str
    instalment: int
    amount_ore: int


class BookedCreditNote(NamedTuple):
    number: int
    invoice: int
    amount_ore: int
    because: str | None  # the event that made the invoice wrong
    by_hand: bool = False  # which no event made wrong


def books(parties: Iterable[str], invoices: Sequence[BookedInvoice], credit_notes: Sequence[BookedCreditNote]) -> Books:
    """The books of one programme, keys in order; `parties` are all that have an agreement. Amounts are in øre."""
    credited = {note.invoice for note in credit_notes}
    net: Counter[tuple[str, int]] = Counter()
    attempts: Counter[tuple[str, int]] = Counter()
    for invoice in invoices:
        attempts[invoice.party, invoice.instalment] += invoice.number in credited
        net[invoice.party, invoice.instalment] += invoice.amount_ore
    for note, invoice in _pairs(invoices, credit_notes):
        net[invoice.party, invoice.instalment] -= note.amount_ore
    by_party: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for party in sorted({*parties, *(invoice.party for invoice in invoices)}):
        for n in range(1, INSTALMENTS + 1):
            by_party[party][str(n)] = {"credited_attempts": attempts[party, n], "net_ore": net[party, n]}
    return {
        "credit_notes_name_their_event": all(note.because or note.by_hand for note in credit_notes),
        "credit_notes_pair_with_invoices": _all_paired(invoices, credit_notes),
        "parties": dict(by_party),
        "series": {"credit_notes": _series(credit_notes), "invoices": _series(invoices)},
    }


def apart_from_credited_attempts(books: Books) -> Books:
    """The books without what depends on the order in which events came.

    That is how many attempts were credited, and with it how many documents there are.
    """
    return books | {
        "parties": {
            party: {n: {"net_ore": it["net_ore"]} for n, it in instalments.items()}
            for party, instalments in books["parties"].items()
        },
        "series": {name: {"unbroken": it["unbroken"]} for name, it in books["series"].items()},
    }


def _series(documents: Sequence[BookedInvoice] | Sequence[BookedCreditNote]) -> dict[str, Any]:
    numbers = sorted(document.number for document in documents)
    return {"count": len(numbers), "unbroken": numbers == list(range(1, len(numbers) + 1))}


def _pairs(
    invoices: Sequence[BookedInvoice], credit_notes: Sequence[BookedCreditNote]
) -> list[tuple[BookedCreditNote, BookedInvoice]]:
    by_number = {invoice.number: invoice for invoice in invoices}
    return [(note, by_number[note.invoice]) for note in credit_notes if note.invoice in by_number]


def _all_paired(invoices: Sequence[BookedInvoice], credit_notes: Sequence[BookedCreditNote]) -> bool:
    """Each credit note has an invoice of its own and takes back all of it."""
    pairs = _pairs(invoices, credit_notes)
    invoices_once = len({note.invoice for note in credit_notes}) == len(credit_notes)
    return len(pairs) == len(credit_notes) and invoices_once and all(n.amount_ore == i.amount_ore for n, i in pairs)
