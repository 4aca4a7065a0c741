"""The form in which a document is hashed is for ever: links that were told must come out of it again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any

import pytest

from services.billing.documents import telling
from services.billing.documents.domain.chain import NOT_TOLD, OF_KIND, disagreements, link, said
from services.billing.documents.domain.content import BilledParty, Content
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.series import Kind
from services.billing.documents.repository import CONTENT
from shared.contracts import billing as events
from tests.unit.billing.documents.test_content import FIRST_FORM, NOTE, SECOND_FORM

AN_ID = "0192279c-6c80-7000-8000-000000000001"
INVOICE = Invoice(
    programme="p",
    number=1,
    agreement=AN_ID,
    party="942110464",
    instalment=1,
    attempt=1,
    session=AN_ID,
    release=None,
    amount_ore=666_667,
    issued_on=date(2025, 12, 1),
    due_on=date(2025, 12, 31),
    kid="0010000017",
)
CREDIT_NOTE = replace(NOTE, agreement=AN_ID, session=AN_ID, because=AN_ID)
# What a content said when there first was a chain. What comes later is left out where it says nothing.
AT_FIRST = {
    *("account", "buyer", "credits_document_number", "credits_issued_on", "currency", "delivered", "delivered_city"),
    *("delivered_from", "delivered_to", "delivered_venue", "delivered_where", "no_vat_because", "payer_reference"),
    *("programme_name", "seller", "vat_category", "vat_reason_code"),
}
BESIDE = {"version", "link", "delivery_is_told"}  # of an event: nothing that the document says
OF_PARTY_AT_FIRST = {"name", "organisation_number", "street", "postal_code", "city"}


def links() -> tuple[str, str, str]:
    first = link(None, "invoice", vars(INVOICE), json.loads(FIRST_FORM))
    return (
        first,
        link(first, "credit_note", vars(CREDIT_NOTE), json.loads(SECOND_FORM)),
        link(first, "invoice", vars(INVOICE), None),
    )


def test_links_stay_what_they_were() -> None:
    assert links() == (
        "6acfcdb5f797417bc9170664aea64c0f90f3e7969317894a0646efbabea9f542",
        "3e26daeb9fd58ea488107b62e82653219497307bf52d3b5083429e04d9622c78",
        "c772243b2f4ecbfa73f0d56f4dd93b5889f712874c4125ceb330dffba00be5e7",
    )


def test_a_link_is_the_sha256_of_canonical_json() -> None:
    (first, second, _) = links()
    content = {it: value for it, value in json.loads(SECOND_FORM).items() if it in AT_FIRST and value is not None}
    document = {name: value for name, value in vars(CREDIT_NOTE).items() if value is not None}
    document |= {"issued_on": "2025-12-24", "series": "p/credit-notes", "content": content}
    whole = {"document": document, "form": 1, "previous": first}
    canonical = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert hashlib.sha256(canonical.encode()).hexdigest() == second


@pytest.mark.parametrize(
    ("kind", "document", "form"), [("invoice", INVOICE, FIRST_FORM), ("credit_note", CREDIT_NOTE, SECOND_FORM)]
)
def test_what_is_hashed_is_what_is_told_whichever_way_it_is_come_by(
    kind: Kind, document: Invoice | CreditNote, form: str
) -> None:
    """When it is issued, from its row, and by who has nothing but its event."""
    content = CONTENT.validate_json(form)
    told = (
        telling.invoice(document, content, "0" * 64)
        if isinstance(document, Invoice)
        else telling.credit_note(document, content, "0" * 64)
    )
    plain = json.loads(told.model_dump_json(exclude_none=True, exclude=BESIDE))
    assert plain["content"].pop("in_foretaksregisteret") is False
    assert json.loads(said(kind, vars(document), vars(content))) == plain
    stored = json.loads(CONTENT.dump_json(content))
    assert said(kind, vars(document), stored) == said(kind, vars(document), vars(content))


def test_every_field_of_an_event_is_hashed_or_cannot_be() -> None:
    for kind, entity in (("invoice", events.Invoice), ("credit_note", events.CreditNote)):
        hashed = {*OF_KIND["invoice" if kind == "invoice" else "credit_note"], "content", "series"}
        assert set(entity.model_fields) == hashed | BESIDE
    assert {it.name for it in fields(Content)} - NOT_TOLD == set(events.Content.model_fields)


@pytest.mark.parametrize(("kind", "known"), [(Content, AT_FIRST | NOT_TOLD), (BilledParty, OF_PARTY_AT_FIRST)])
def test_a_field_that_comes_later_says_nothing_of_what_was_issued_before(kind: Any, known: set[str]) -> None:
    """Its default is None or False, or older documents would get another link."""
    assert known <= {it.name for it in fields(kind)}
    for later in (it for it in fields(kind) if it.name not in known):
        assert later.default in (None, False), later.name
        assert later.default_factory is MISSING


@pytest.mark.parametrize("value", [1.5, ["a"], {"a": 1.5}])
def test_what_has_no_form_is_not_hashed(value: Any) -> None:
    with pytest.raises(TypeError):
        link(None, "invoice", vars(INVOICE), {"later": value})


def test_what_comes_later_is_hashed_where_it_says_something() -> None:
    content = json.loads(FIRST_FORM)
    seller = content["seller"] | {"endpoint": None}
    assert (
        link(
            None, "invoice", vars(INVOICE), content | {"seller": seller, "order_reference": None, "in_register": False}
        )
        == links()[0]
    )
    for later in ({"order_reference": "1"}, {"in_register": True}, {"seller": seller | {"endpoint": "0192:1"}}):
        assert link(None, "invoice", vars(INVOICE), content | later) != links()[0]


def test_nothing_is_an_amount() -> None:
    assert json.loads(said("invoice", vars(INVOICE) | {"amount_ore": 0}, None))["amount_ore"] == 0


def test_a_row_and_its_content_say_the_same() -> None:
    content = json.loads(FIRST_FORM)
    beside = vars(INVOICE) | {"delivered_from": date(2024, 9, 24), "delivered_to": date(2024, 9, 25)}
    assert disagreements("invoice", vars(INVOICE), content) == []
    assert disagreements("invoice", beside, content) == []
    assert disagreements("credit_note", vars(CREDIT_NOTE), json.loads(SECOND_FORM)) == []
    wrong = beside | {"amount_ore": 1, "due_on": date(2026, 1, 1), "delivered_to": date(2026, 1, 1)}
    assert disagreements("invoice", wrong, content) == ["amount_ore", "delivered_to", "due_on"]
    other = vars(CREDIT_NOTE) | {"invoice": 2, "reason": "mistake"}
    assert disagreements("credit_note", other, json.loads(SECOND_FORM)) == ["invoice", "reason"]
    assert "kind" in disagreements("credit_note", vars(INVOICE), content)
