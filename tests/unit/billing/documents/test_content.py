from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Claim
from services.billing.documents.use_cases import issue_credit_notes, issue_invoices
from services.billing.documents.use_cases.issue_invoices import delivered
from services.billing.instalments.domain.difference import difference
from tests.unit.billing.samples import AGREEMENT, SELLER, TRONDHEIM, carry_out, occasions, release, session

HELD = occasions(session(1, title="Fellessamling 1"))
NAME = "Fremtidens kulturskole"


def claim() -> Claim:
    return difference(AGREEMENT, HELD, []).issue[0]


def test_what_was_delivered_is_told_in_the_buyers_language_form() -> None:
    told = "Fremtidens kulturskole, rate 1 av 3: Fellessamling 1"
    assert delivered(claim(), TRONDHEIM, NAME) == f"Deltakeravgift {told}"
    assert delivered(claim(), replace(TRONDHEIM, language_form="nynorsk"), NAME) == f"Deltakaravgift {told}"
    assert delivered(claim(), replace(TRONDHEIM, language_form="nøytral"), NAME) == f"Deltakeravgift {told}"


def test_a_release_has_no_session_to_name() -> None:
    released = difference(AGREEMENT, occasions(release(2)), []).issue[0]
    assert delivered(released, TRONDHEIM, NAME) == "Deltakeravgift Fremtidens kulturskole, rate 2 av 3"


def test_an_invoice_says_who_what_when_where_how_much_and_where_to_pay() -> None:
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    content = issue_invoices.content_of(invoice, claim(), TRONDHEIM, SELLER, NAME)
    assert content.seller == SELLER.party
    assert content.buyer.model_dump() == {
        "name": "Trondheim",
        "organisation_number": "942110464",
        "street": "Munkegata 1",
        "postal_code": "7011",
        "city": "Trondheim",
    }
    assert (content.delivered_from, content.delivered_to) == (date(2024, 9, 24), date(2024, 9, 25))
    assert content.delivered_where == "Stjørdal"
    assert (content.number, content.issued_on, content.due_on) == (1, date(2025, 12, 1), date(2025, 12, 31))
    assert (content.amount_ore, content.no_vat_because) == (666_667, "Ikke merverdiavgiftspliktig")
    assert (content.account, content.kid, content.payer_reference) == ("12345678903", "0010000017", "ref-1")


def test_a_credit_note_says_what_the_invoice_said_and_asks_for_no_payment() -> None:
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    invoiced = issue_invoices.content_of(invoice, claim(), TRONDHEIM, SELLER, NAME)
    note = CreditNote(
        programme="p",
        number=7,
        invoice=1,
        agreement="a1",
        party="942110464",
        instalment=1,
        attempt=1,
        session="s1",
        release=None,
        reason="agreement_ended",
        because="e",
        amount_ore=666_667,
        issued_on=date(2025, 12, 24),
    )
    content = issue_credit_notes.content_of(note, invoiced)
    assert (content.kind, content.number, content.credits_invoice) == ("credit_note", 7, 1)
    assert (content.issued_on, content.reason) == (date(2025, 12, 24), "agreement_ended")
    assert (content.due_on, content.account, content.kid) == (None, None, None)
    assert (content.delivered, content.buyer, content.amount_ore) == (invoiced.delivered, invoiced.buyer, 666_667)
