"""What must hold of an invoice or credit note that an event brings back (B5, B8)."""

from __future__ import annotations

import re

from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.kid import ordinal_of
from services.billing.documents.domain.series import Kind, series_id
from shared.errors import RuleBroken

RULE = "B8"


def check_series(series: str, programme: str, kind: Kind) -> None:
    """Raises RuleBroken for a document in a series that is not its programme's."""
    if series != series_id(programme, kind):
        msg = f"{series} is not the series of its programme"
        raise RuleBroken(msg, code="series_of_another_programme", rule=RULE, field="series")


def ordinal_told(number: int, document_number: str | None, kid: str | None) -> int | None:
    """The ordinal of its series, as its KID or what it is called says; None where neither does.

    Raises RuleBroken where they don't go with its number or with each other.
    """
    told = []
    if kid is not None:
        told.append(ordinal_of(kid, number))
    if document_number is not None:
        parts = re.fullmatch(r"[A-Z]*(\d+)-(\d+)", document_number)
        told.append(int(parts[1]) if parts and int(parts[2]) == number else None)
    if None in told or len(set(told)) > 1:
        msg = "what it is called, its KID and its number do not go together"
        raise RuleBroken(msg, code="number_and_kid_disagree", rule=RULE, field="kid" if kid else "document_number")
    return told[0] if told else None


def check_ordinal(series: int, told: int | None) -> None:
    """Raises RuleBroken."""
    if told not in (None, series):
        msg = f"its series has the ordinal {series}, and it names {told}"
        raise RuleBroken(msg, code="ordinal_of_another_series", rule=RULE, field="kid")


def check_follows(number: int, following: int) -> None:
    """Raises RuleBroken for a number that leaves a gap, or was given already."""
    if number != following:
        msg = f"it has number {number}, and the next of its series is {following}"
        raise RuleBroken(msg, code="number_does_not_follow", rule=RULE, field="number")


def check_pair(note: CreditNote, invoice: Invoice | None) -> None:
    """Raises RuleBroken for a credit note that does not take back all of one invoice that stands."""
    if invoice is None:
        msg = f"there is no invoice {note.invoice} to be credited"
        raise RuleBroken(msg, code="no_such_invoice", rule="B5", field="invoice")
    same = ("agreement", "party", "instalment", "attempt", "session", "release", "amount_ore")
    if any(getattr(note, name) != getattr(invoice, name) for name in same) or invoice.credited_by is not None:
        msg = f"it does not take back all of invoice {note.invoice}, once"
        raise RuleBroken(msg, code="does_not_take_back_all", rule="B5", field="invoice")
