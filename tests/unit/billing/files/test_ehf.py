"""What an EHF says, above all what the official rules do not look for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from services.billing.documents.domain.content import BilledParty, Content
from services.billing.files.domain.contact import NOBODY, Contact
from services.billing.files.ehf import _values, ehf
from shared.errors import RuleBroken
from tests.unit.billing.files.samples import AN_AGREEMENT, credit_note, invoice, old

PREFIXES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def parsed(it: Content, contact: Contact = NOBODY) -> Any:
    return etree.fromstring(ehf(it, agreement=AN_AGREEMENT, contact=contact))


def said(root: Any, path: str) -> list[str]:
    """The texts at a path like `cac:Delivery/cbc:ActualDeliveryDate`."""
    return [it.text for it in root.iterfind(path, PREFIXES)]


def test_an_invoice_says_by_when_to_where_and_as_what_it_is_paid() -> None:
    root = parsed(invoice())
    assert said(root, "cbc:DueDate") == ["2025-12-31"]
    assert said(root, "cac:PaymentMeans/cbc:PaymentID") == ["00010000354"]
    assert said(root, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID") == ["12345678903"]
    assert said(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["6666.67"]


@pytest.mark.parametrize("it", [invoice(), credit_note()])
def test_a_document_says_when_and_where_was_delivered(it: Content) -> None:
    root = parsed(it)
    assert said(root, "cac:Delivery/cbc:ActualDeliveryDate") == ["2024-09-25"]
    assert said(root, "cac:InvoicePeriod/cbc:StartDate") == ["2024-09-24"]
    assert said(root, "cac:InvoicePeriod/cbc:EndDate") == ["2024-09-25"]
    address = "cac:Delivery/cac:DeliveryLocation/cac:Address"
    assert said(root, f"{address}/cbc:StreetName") == ["Kimen"]
    assert said(root, f"{address}/cbc:CityName") == ["Stjørdal"]
    assert said(root, f"{address}/cac:Country/cbc:IdentificationCode") == ["NO"]


def test_a_document_from_before_says_where_in_the_one_line_that_it_was() -> None:
    root = parsed(old()[0])
    assert said(root, "cac:Delivery/cac:DeliveryLocation/cac:Address/cbc:StreetName") == ["Stjørdal"]


def test_a_credit_note_names_the_invoice_that_it_takes_back_and_says_why() -> None:
    root = parsed(credit_note())
    credited = "cac:BillingReference/cac:InvoiceDocumentReference"
    assert said(root, f"{credited}/cbc:ID") == ["FK1-35"]
    assert said(root, f"{credited}/cbc:IssueDate") == ["2025-12-01"]
    assert said(root, "cbc:Note") == ["Registreringen av samlingen som gjennomført er trukket tilbake."]
    assert said(root, "cbc:CreditNoteTypeCode") == ["381"]


def test_a_credit_note_from_before_names_its_invoice_by_the_number_that_it_had() -> None:
    before = replace(credit_note(), credits_document_number=None, credits_issued_on=None, document_number=None)
    root = parsed(before)
    assert said(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["35"]
    assert said(root, "cbc:ID") == ["1"]


def test_an_invoice_takes_back_none() -> None:
    assert said(parsed(invoice()), "cac:BillingReference") == []


def test_a_document_names_what_the_payer_asked_for_and_the_agreement() -> None:
    root = parsed(replace(invoice(), order_reference="4500123", accounting_cost="2137"))
    assert said(root, "cbc:BuyerReference") == ["ref-1"]
    assert said(root, "cac:OrderReference/cbc:ID") == ["4500123"]
    assert said(root, "cbc:AccountingCost") == ["2137"]
    assert said(root, "cac:ContractDocumentReference/cbc:ID") == [AN_AGREEMENT]


def test_a_document_goes_to_the_endpoint_that_the_buyer_named_else_to_its_organisation_number() -> None:
    path = "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID"
    (named,) = parsed(replace(invoice(), buyer=replace(invoice().buyer, endpoint="0088:7300010000001"))).iterfind(
        path, PREFIXES
    )
    assert (named.get("schemeID"), named.text) == ("0088", "7300010000001")
    (own,) = parsed(old()[0]).iterfind(path, PREFIXES)
    assert (own.get("schemeID"), own.text) == ("0192", "942110464")


def test_a_document_says_whom_to_ask_where_that_is_set_and_only_what_is_set() -> None:
    path = "cac:AccountingSupplierParty/cac:Party/cac:Contact"
    office = Contact(name="Økonomi", email="okonomi@kulturskole.example")
    assert said(parsed(invoice(), office), f"{path}/*") == ["Økonomi", "okonomi@kulturskole.example"]
    assert said(parsed(invoice()), path) == []


def test_a_document_says_that_the_seller_is_in_foretaksregisteret_only_where_it_is() -> None:
    path = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
    assert said(parsed(replace(invoice(), in_foretaksregisteret=True)), path) == ["Foretaksregisteret"]
    assert said(parsed(invoice()), path) == []


def test_what_xml_does_not_have_is_left_out() -> None:
    name = "Trond\x00heim\x0b \ud800kommune\ufffe"
    root = parsed(replace(invoice(), buyer=replace(invoice().buyer, name=name)))
    assert said(root, "cac:AccountingCustomerParty/cac:Party/cac:PartyName/cbc:Name") == ["Trondheim kommune"]


def test_what_a_document_holds_is_text_and_nothing_else() -> None:
    evil = "<a href='x'>&amp; ]]> {account}"
    seller = replace(invoice().seller, name="{kid}")
    root = parsed(replace(invoice(), delivered=evil, seller=seller, payer_reference="{account}"))
    assert said(root, "cac:InvoiceLine/cac:Item/cbc:Name") == [evil]
    assert said(root, "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name") == ["{kid}"]
    assert said(root, "cbc:BuyerReference") == ["{account}"]


def test_an_empty_street_is_left_out_and_leaves_no_empty_element() -> None:
    root = parsed(replace(invoice(), buyer=replace(invoice().buyer, street=" \x00"), order_reference=None))
    assert [it.tag for it in root.iter() if len(it) == 0 and not it.text] == []


def test_the_same_content_makes_the_same_bytes() -> None:
    assert ehf(invoice(), agreement=AN_AGREEMENT) == ehf(invoice(), agreement=AN_AGREEMENT)


def with_buyer(**changes: str) -> Content:
    return replace(invoice(), buyer=BilledParty(**{**vars(invoice().buyer), **changes}))


@pytest.mark.parametrize(
    ("it", "code", "field"),
    [
        (with_buyer(name="\x00"), "name_is_missing", "buyer"),
        (with_buyer(organisation_number="942110465"), "organisation_number_is_wrong", "buyer"),
        (with_buyer(endpoint="0192:12"), "endpoint_is_wrong", "buyer"),
        (with_buyer(endpoint="0088:7300010000002"), "endpoint_is_wrong", "buyer"),
        (with_buyer(endpoint="9999:942110464"), "endpoint_is_wrong", "buyer"),
        (replace(invoice(), payer_reference=" "), "reference_is_missing", "payer_reference"),
        (replace(invoice(), vat_category="S"), "vat_category_not_known", "vat_category"),
        (replace(invoice(), currency="SEK"), "currency_not_known", "currency"),
    ],
)
def test_what_no_ehf_can_be_made_of_is_refused_with_a_code(it: Content, code: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        ehf(it, agreement=AN_AGREEMENT)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_would_break_the_schema_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    values = _values(invoice(), AN_AGREEMENT)
    monkeypatch.setattr("services.billing.files.ehf._values", lambda *_: {**values, "due_on": "snart"})
    with pytest.raises(RuleBroken, match="'snart' is not a valid value") as refused:
        ehf(invoice(), agreement=AN_AGREEMENT)
    assert refused.value.code == "ehf_breaks_schema"
