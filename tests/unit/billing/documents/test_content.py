from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.billing.documents import telling
from services.billing.documents.domain.content import VERSION
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Claim
from services.billing.documents.repository import CONTENT
from services.billing.documents.use_cases import issue_credit_notes, issue_invoices
from services.billing.documents.use_cases.issue_invoices import delivered
from services.billing.documents.use_cases.show_document import document
from services.billing.instalments.domain.difference import difference
from tests.unit.billing.samples import AGREEMENT, SELLER, TRONDHEIM, carry_out, occasions, release, session

HELD = occasions(session(1, title="Fellessamling 1"))
NAME = "Fremtidens kulturskole"
AN_ID = "0192279c-6c80-7000-8000-000000000001"
# As invoices were stored at first, when the form had no version; what is issued is never changed.
FIRST_FORM = """{"kind":"invoice","number":1,"issued_on":"2025-12-01","due_on":"2025-12-31","seller":{"name":"Norsk \
kulturskoleråd","organisation_number":"312345676","street":"Eksempelgata 1","postal_code":"7010","city":"Trondheim"},\
"buyer":{"name":"Trondheim","organisation_number":"942110464","street":"Munkegata 1","postal_code":"7011","city":\
"Trondheim"},"payer_reference":"ref-1","programme_name":"Fremtidens kulturskole","instalment":1,"delivered":\
"Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1","delivered_from":"2024-09-24","delivered_to":\
"2024-09-25","delivered_where":"Stjørdal","amount_ore":666667,"no_vat_because":"Ikke merverdiavgiftspliktig",\
"account":"12345678903","kid":"0010000017","credits_invoice":null,"reason":null}"""


# As version 2 stores them: with the seller's own number, the currency, and why there is no VAT as codes.
SECOND_FORM = """{"version":2,"kind":"credit_note","number":7,"document_number":"FK2-7","issued_on":"2025-12-24","due_on":null,\
"seller":{"name":"Norsk kulturskoleråd","organisation_number":"312345676","street":"Eksempelgata 1","postal_code":"7010",\
"city":"Trondheim"},"buyer":{"name":"Trondheim","organisation_number":"942110464","street":"Munkegata 1","postal_code":\
"7011","city":"Trondheim"},"payer_reference":"ref-1","programme_name":"Fremtidens kulturskole","instalment":1,"delivered":\
"Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1","delivered_from":"2024-09-24","delivered_to":\
"2024-09-25","delivered_where":"Kimen, Stjørdal","delivered_venue":"Kimen","delivered_city":"Stjørdal","amount_ore":666667,"currency":"NOK","no_vat_because":\
"Ikke merverdiavgiftspliktig","vat_category":"O","vat_reason_code":"VATEX-EU-O","account":null,"kid":null,\
"credits_invoice":1,"credits_document_number":"FK1-1","credits_issued_on":"2025-12-01","reason":"agreement_ended"}"""
# As version 3 stores them: with where an EHF goes, what else the payer asks for, and whether the seller is in Foretaksregisteret.
THIRD_FORM = """{"version":3,"kind":"credit_note","number":7,"document_number":"FK2-7","issued_on":"2025-12-24","due_on":null,\
"seller":{"name":"Norsk kulturskoleråd","organisation_number":"312345676","street":"Eksempelgata 1","postal_code":"7010",\
"city":"Trondheim","endpoint":"0192:312345676"},"buyer":{"name":"Trondheim","organisation_number":"942110464","street":\
"Munkegata 1","postal_code":"7011","city":"Trondheim","endpoint":"0192:942110464"},"payer_reference":"ref-1",\
"order_reference":"4500012345","accounting_cost":"2130/383","programme_name":"Fremtidens kulturskole","instalment":1,"delivered":\
"Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1","delivered_from":"2024-09-24","delivered_to":\
"2024-09-25","delivered_where":"Kimen, Stjørdal","delivered_venue":"Kimen","delivered_city":"Stjørdal","amount_ore":666667,"currency":"NOK","no_vat_because":\
"Ikke merverdiavgiftspliktig","vat_category":"O","vat_reason_code":"VATEX-EU-O","in_foretaksregisteret":true,"account":"12345678903","kid":null,\
"credits_invoice":1,"credits_document_number":"FK1-1","credits_issued_on":"2025-12-01","reason":"agreement_ended"}"""
# What the first form did not say, of any document that was stored in it.
NOT_SAID_AT_FIRST = {
    "document_number": None,
    "delivered_venue": None,
    "delivered_city": None,
    "currency": "NOK",
    "vat_category": "O",
    "vat_reason_code": "VATEX-EU-O",
    "credits_document_number": None,
    "credits_issued_on": None,
    "order_reference": None,
    "accounting_cost": None,
    "in_foretaksregisteret": False,
}


def with_endpoints(form: str) -> dict[str, Any]:
    """What a form says, with what the earlier ones did not say of seller and buyer."""
    said: dict[str, Any] = json.loads(form)
    return said | {name: {"endpoint": None} | said[name] for name in ("seller", "buyer")}


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
    assert vars(content.buyer) == {
        "name": "Trondheim",
        "organisation_number": "942110464",
        "street": "Munkegata 1",
        "postal_code": "7011",
        "city": "Trondheim",
        "endpoint": "0192:942110464",
    }
    assert (content.delivered_from, content.delivered_to) == (date(2024, 9, 24), date(2024, 9, 25))
    assert (content.delivered_where, content.delivered_venue) == ("Kimen, Stjørdal", "Kimen")
    assert content.delivered_city == "Stjørdal"
    assert (content.number, content.document_number) == (1, "FK1-1")
    assert (content.issued_on, content.due_on) == (date(2025, 12, 1), date(2025, 12, 31))
    assert (content.amount_ore, content.currency) == (666_667, "NOK")
    assert (content.no_vat_because, content.vat_category) == ("Ikke merverdiavgiftspliktig", "O")
    assert (content.account, content.kid, content.payer_reference) == ("12345678903", "0010000017", "ref-1")


NOTE = CreditNote(
    programme="p",
    number=7,
    document_number="FK2-7",
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


def test_a_credit_note_says_what_the_invoice_said_and_asks_for_no_payment() -> None:
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    invoiced = issue_invoices.content_of(invoice, claim(), TRONDHEIM, SELLER, NAME)
    content = issue_credit_notes.content_of(NOTE, invoiced)
    assert (content.kind, content.number, content.credits_invoice) == ("credit_note", 7, 1)
    assert (content.document_number, content.credits_document_number) == ("FK2-7", "FK1-1")
    assert (content.issued_on, content.credits_issued_on) == (date(2025, 12, 24), date(2025, 12, 1))
    assert content.reason == "agreement_ended"
    assert (content.due_on, content.account, content.kid) == (None, "12345678903", None)
    assert (content.delivered, content.buyer, content.amount_ore) == (invoiced.delivered, invoiced.buyer, 666_667)


def test_a_credit_note_calls_an_invoice_of_the_first_form_what_it_calls_itself() -> None:
    content = issue_credit_notes.content_of(NOTE, CONTENT.validate_json(FIRST_FORM))
    assert (content.version, content.document_number) == (VERSION, "FK2-7")
    assert (content.credits_invoice, content.credits_document_number) == (1, "1")


def test_what_was_stored_at_first_is_read_and_is_version_1() -> None:
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    now = issue_invoices.content_of(invoice, claim(), TRONDHEIM, SELLER, NAME)
    found = CONTENT.validate_json(FIRST_FORM)
    assert found.version == 1
    found = replace(found, version=now.version, document_number="FK1-1", delivered_where="Kimen, Stjørdal")
    assert (found.seller.endpoint, found.buyer.endpoint) == (None, None)
    found = replace(found, seller=now.seller, buyer=now.buyer)
    assert replace(found, delivered_venue="Kimen", delivered_city="Stjørdal") == now


def test_what_is_stored_names_its_version_and_is_read_as_it_was() -> None:
    for form in (FIRST_FORM, SECOND_FORM, THIRD_FORM):
        content = CONTENT.validate_json(form)
        stored = CONTENT.dump_json(content)
        assert json.loads(stored) == NOT_SAID_AT_FIRST | {"version": 1} | with_endpoints(form)
        assert CONTENT.validate_json(stored) == content


def test_what_is_issued_now_is_stored_in_the_third_form() -> None:
    agreement = replace(AGREEMENT, order_reference="4500012345", accounting_cost="2130/383")
    (claimed,) = difference(agreement, HELD, []).issue
    (invoice,) = carry_out(agreement, HELD, [])
    invoiced = issue_invoices.content_of(invoice, claimed, TRONDHEIM, replace(SELLER, in_foretaksregisteret=True), NAME)
    assert CONTENT.dump_json(issue_credit_notes.content_of(NOTE, invoiced)).decode() == THIRD_FORM


def test_an_ehf_goes_where_the_party_says_and_else_to_its_organisation_number() -> None:
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    elsewhere = replace(TRONDHEIM, endpoint="0192:974652277")
    buyers = [issue_invoices.content_of(invoice, claim(), it, SELLER, NAME).buyer for it in (TRONDHEIM, elsewhere)]
    assert [it.endpoint for it in buyers] == ["0192:942110464", "0192:974652277"]
    assert [it.organisation_number for it in buyers] == ["942110464", "942110464"]


def test_a_later_form_is_read_as_far_as_it_is_known() -> None:
    later = json.loads(FIRST_FORM) | {"version": VERSION + 1, "colour": "blue"}
    assert CONTENT.validate_json(json.dumps(later)) == replace(CONTENT.validate_json(FIRST_FORM), version=VERSION + 1)


def test_others_are_told_what_a_document_says_and_not_how_it_is_stored() -> None:
    told = document(CONTENT.validate_json(FIRST_FORM))
    assert json.loads(told.model_dump_json()) == NOT_SAID_AT_FIRST | with_endpoints(FIRST_FORM)


@pytest.mark.parametrize("form", [FIRST_FORM, SECOND_FORM, THIRD_FORM])
def test_an_event_says_all_that_the_document_says(form: str) -> None:
    """So that an accounting system posts it alone, and who has lost a document finds it there."""
    said = CONTENT.validate_json(form)
    (invoice,) = carry_out(AGREEMENT, HELD, [])
    whose: dict[str, Any] = {"programme": "p", "agreement": AN_ID, "party": "942110464", "session": AN_ID}
    told = (
        telling.invoice(replace(invoice, **whose, document_number=said.document_number), said, "0" * 64)
        if said.kind == "invoice"
        else telling.credit_note(replace(NOTE, **whose, because=AN_ID), said, "0" * 64)
    )
    found = {**told.model_dump(mode="json"), **told.model_dump(mode="json")["content"]}
    beside = {"version", "kind", "credits_invoice"}
    assert {name: found.get(name) for name in json.loads(form) if name not in beside} == {
        name: value for name, value in with_endpoints(form).items() if name not in beside
    }
    assert found.get("invoice") == said.credits_invoice
