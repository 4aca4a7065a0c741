"""No document that is issued breaks an official rule of EHF, not even one that only warns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

import pytest

from services.billing.documents.domain.agreement import Buyer
from services.billing.documents.domain.content import Content
from services.billing.documents.domain.credit_note import CreditReason
from services.billing.files.domain.contact import Contact
from services.billing.files.ehf import ehf
from tests.support.ehf_rules import Rules
from tests.unit.billing.files.samples import (
    AN_AGREEMENT,
    SAMI,
    as_county_branch,
    credit_note,
    invoice,
    municipalities,
    old,
)

# A warning on whatever a seller issues who is not in that register.
NOT_IN_FORETAKSREGISTERET = "NO-R-002"
OFFICE = Contact(name="Økonomi", telephone="73 00 00 00", email="okonomi@kulturskole.example")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


def findings(rules: Rules, it: Content, contact: Contact = OFFICE) -> list[str]:
    return rules.findings(ehf(it, agreement=AN_AGREEMENT, contact=contact))


def registered(it: Content) -> Content:
    return replace(it, in_foretaksregisteret=True)


@pytest.mark.parametrize("issued", [invoice, credit_note])
@pytest.mark.parametrize("kind", [lambda it: it, as_county_branch], ids=["municipality", "county branch"])
def test_nothing_that_is_issued_to_whom_ever_in_norway_breaks_a_rule(
    rules: Rules, issued: Callable[[Buyer], Content], kind: Callable[[Buyer], Buyer]
) -> None:
    documents = {buyer.organisation_number: registered(issued(kind(buyer))) for buyer in municipalities()}
    assert len(documents) == 355
    found = {number: broken for number, it in documents.items() if (broken := findings(rules, it))}
    assert found == {}


def test_a_seller_who_is_not_in_foretaksregisteret_is_warned_of_that_alone(rules: Rules) -> None:
    for it in (invoice(), credit_note(), *old()):
        assert not it.in_foretaksregisteret
        assert findings(rules, it) == [NOT_IN_FORETAKSREGISTERET]


def kinds() -> Iterator[Content]:
    """What else makes one document different from another."""
    for reason in get_args(CreditReason.__args__[0]) + get_args(CreditReason.__args__[1]):
        yield credit_note(reason=reason)
    yield invoice(released=True)
    yield credit_note(released=True)
    yield replace(invoice(), order_reference="4500123", accounting_cost="2137-11", payer_reference="")
    yield replace(invoice(), order_reference="4500123", accounting_cost="2137-11")
    yield replace(invoice(), amount_ore=0)
    yield replace(invoice(), amount_ore=100_000_000)
    yield replace(invoice(), buyer=replace(invoice().buyer, endpoint="0088:7300010000001"))
    yield replace(invoice(), buyer=replace(invoice().buyer, street="", postal_code="", city=""))
    yield replace(invoice(), delivered=SAMI, no_vat_because=SAMI, delivered_venue=SAMI, payer_reference="/./_,+#-1")


@pytest.mark.parametrize("it", list(kinds()))
def test_no_kind_of_document_breaks_a_rule(rules: Rules, it: Content) -> None:
    assert findings(rules, registered(it)) == []
    assert findings(rules, registered(it), Contact()) == []
    assert findings(rules, registered(it), Contact(email="okonomi@kulturskole.example")) == []


def test_what_was_issued_before_breaks_none_either(rules: Rules) -> None:
    for it in old():
        assert findings(rules, registered(it)) == []


def test_the_rules_do_find_what_is_wrong(rules: Rules) -> None:
    made = ehf(registered(invoice()), agreement=AN_AGREEMENT).replace(b"312345676", b"312345671")
    assert set(rules.findings(made)) == {"PEPPOL-COMMON-R041"}
