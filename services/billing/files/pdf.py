"""A document as PDF: what a person reads, and files for years. It has its EHF inside (PDF/A-3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from services.billing.documents.domain.content import BilledParty, Content
from services.billing.files.domain.contact import NOBODY, Contact
from services.billing.files.domain.wording import WORDS, Words, language_of, why_credited, why_no_vat
from services.billing.files.ehf import seen
from shared import typesetting
from shared.money import kroner
from shared.norwegian import day_in_words
from shared.when import Days, When
from shared.when_text import when_text

TEMPLATE = Path(__file__).parent / "document.typ"
SPACE = "\N{NO-BREAK SPACE}"
DIGITS_OF_AN_ACCOUNT = 11


def pdf(it: Content, *, called: str, ehf: bytes | None, contact: Contact = NOBODY) -> bytes:
    """The PDF of a document, with its EHF inside as the file `<called>.xml`, where there is one.

    May take some milliseconds. Raises typesetting.CannotTypeset, as for a letter that no font has.
    """
    return typesetting.pdf(TEMPLATE, values(it, called=called, ehf=ehf, contact=contact), archive="a-3a")


def values(it: Content, *, called: str, ehf: bytes | None, contact: Contact = NOBODY) -> dict[str, Any]:
    """What the template is filled with: words and figures as they are read."""
    language = language_of(it)
    words = WORDS[language]
    is_invoice = it.kind == "invoice"
    amount = f"{kroner(it.amount_ore)}{SPACE}kr"
    return {
        "language": language,
        "kind": words.invoice if is_invoice else words.credit_note,
        "called": called,
        "issued_on": [it.issued_on.year, it.issued_on.month, it.issued_on.day],
        "seller": _party(it.seller, words),
        "buyer": _party(it.buyer, words),
        "facts": _said(
            (words.number[it.kind], called),
            (words.issued_on[it.kind], _day(it.issued_on)),
            (words.due_on, _day(it.due_on) if it.due_on else None),
            (words.payer_reference, it.payer_reference),
            (words.order_reference, it.order_reference),
            (words.accounting_cost, it.accounting_cost),
        ),
        "takes_back": []
        if is_invoice
        else [text for text in (_takes_back(it, words), why_credited(it), words.nothing_to_pay) if text],
        "columns": [words.delivered, words.amount],
        "delivered": seen(it.delivered),
        "details": _said(
            (words.time, _kept_together(when_text(When(days=Days(first=it.delivered_from, last=it.delivered_to))))),
            (words.place, it.delivered_where),
        ),
        "amount": amount,
        "vat": [words.vat, f"{kroner(0)}{SPACE}kr"],
        "no_vat_because": seen(why_no_vat(it)),
        "sum": [words.to_pay if is_invoice else words.credited, amount],
        "payment": _said(
            (words.to_pay, amount),
            (words.due_on, _day(it.due_on) if it.due_on else None),
            (words.account, account(it.account)),
            (words.kid, it.kid),
        )
        if is_invoice
        else [],
        "ask": _asked(words, contact),
        "ehf": {"name": f"{called}.xml", "says": words.attached, "content": ehf.decode()} if ehf else None,
    }


def _takes_back(it: Content, words: Words) -> str:
    called = it.credits_document_number or str(it.credits_invoice)
    if it.credits_issued_on is None:
        return words.takes_back_undated.format(called=called)
    return words.takes_back.format(called=called, day=_day(it.credits_issued_on))


def _party(it: BilledParty, words: Words) -> dict[str, Any]:
    number = it.organisation_number
    grouped = SPACE.join((words.organisation_number, number[:3], number[3:6], number[6:]))
    address = [seen(it.street), seen(f"{it.postal_code} {it.city}")]
    return {"name": seen(it.name), "address": [line for line in address if line], "number": grouped}


def _asked(words: Words, contact: Contact) -> str:
    """Whom to ask; empty where nobody is set."""
    them = "  ·  ".join(text for it in (contact.name, contact.telephone, contact.email) if (text := seen(it)))
    return f"{words.ask}: {them}" if them else ""


def _said(*facts: tuple[str, str | None]) -> list[tuple[str, str]]:
    """Labels with what they label; without those that there is nothing for."""
    return [(label, text) for label, value in facts if (text := seen(value))]


def _day(it: date) -> str:
    return _kept_together(day_in_words(it))


def _kept_together(text: str) -> str:
    """So that no line ends inside of a date."""
    return text.replace(" ", SPACE)


def account(number: str | None) -> str | None:
    """A bank account as it is written in Norway; a number of another length as it is.

    >>> account("12345678903").replace(chr(0xA0), " ")
    '1234 56 78903'
    """
    if number is None or len(number) != DIGITS_OF_AN_ACCOUNT:
        return number
    return SPACE.join((number[:4], number[4:6], number[6:]))
