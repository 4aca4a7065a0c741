"""A document as EHF (Peppol BIS Billing 3.0): the XML that accounting systems read. Its forms are `forms/*.xml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from stdnum import ean
from stdnum.no import orgnr

from services.billing.documents.domain.content import (
    CURRENCY,
    ORGANISATION_NUMBERS,
    VAT_CATEGORY,
    BilledParty,
    Content,
    endpoint,
)
from services.billing.documents.domain.series import Kind
from services.billing.files.domain.contact import NOBODY, Contact
from services.billing.files.domain.wording import why_credited, why_no_vat
from shared.errors import RuleBroken

HERE = Path(__file__).parent
LOCATION_NUMBERS, LENGTH_OF_LOCATION_NUMBER = "0088", 13  # GS1's, by which some municipalities are reached
CREDIT_TRANSFER = "30"  # UNTDID 4461
REGISTER = {"register": "Foretaksregisteret", "register_scheme": "TAX"}  # NO-R-002
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # the characters that XML does not have
PLACE = re.compile(r"\{(\w+)\}")

Values = Mapping[str, str | None]


class Place(NamedTuple):
    """Where something is filled in: in which element of the form, counted from its root, and as its text where no attribute is named."""

    element: int
    attribute: str | None
    name: str


class Form(NamedTuple):
    root: Any
    places: list[Place]
    schema: Any


def ehf(it: Content, *, agreement: str, contact: Contact = NOBODY) -> bytes:
    """The EHF of a document that was issued for an agreement, whose id it names (BT-12). Keeps to UBL's schema.

    An old content says less, and so does its EHF. Raises RuleBroken for one that no EHF can be made of: its code says why.
    """
    _check(it)
    form = _form_of(it.kind, it.seller, contact, in_register=it.in_foretaksregisteret)
    filled = _filled(form, _values(it, agreement))
    if not form.schema.validate(filled):
        msg = f"the EHF breaks its schema: {form.schema.error_log[0].message}"
        raise RuleBroken(msg, code="ehf_breaks_schema", rule="B8")
    made: bytes = etree.tostring(filled, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return made


def _check(it: Content) -> None:
    """What the schema does not see, and only an old content may hold."""
    if it.vat_category != VAT_CATEGORY:
        msg = f"no EHF is made with the category of VAT {it.vat_category}"
        raise RuleBroken(msg, code="vat_category_not_known", rule="A7", field="vat_category")
    if it.currency != CURRENCY:
        msg = f"no EHF is made in {it.currency}"
        raise RuleBroken(msg, code="currency_not_known", rule="B8", field="currency")
    if not (seen(it.payer_reference) or seen(it.order_reference)):
        msg = "an EHF names the payer's reference or its order (PEPPOL-EN16931-R003)"
        raise RuleBroken(msg, code="reference_is_missing", rule="B8", field="payer_reference")
    for field, party in (("seller", it.seller), ("buyer", it.buyer)):
        if not seen(party.name):
            msg = "an EHF names its seller and its buyer (BR-06, BR-07)"
            raise RuleBroken(msg, code="name_is_missing", rule="B8", field=field)
        if not _checks(ORGANISATION_NUMBERS, party.organisation_number):
            msg = "the last digit of an organisation number checks the others (PEPPOL-COMMON-R041)"
            raise RuleBroken(msg, code="organisation_number_is_wrong", rule="B8", field=field)
        scheme, _, number = _endpoint(party).partition(":")
        if not _checks(scheme, number):
            msg = "an EHF goes to an organisation number (0192), whose last digit checks the others"
            raise RuleBroken(msg, code="endpoint_is_wrong", rule="B8", field=field)


def _values_of_seller(it: BilledParty, contact: Contact, *, in_register: bool) -> Values:
    return {
        **_party("seller", it),
        **(REGISTER if in_register else dict.fromkeys(REGISTER)),
        "contact_name": contact.name,
        "contact_telephone": contact.telephone,
        "contact_email": contact.email,
    }


def _values(it: Content, agreement: str) -> Values:
    """What is filled in; what is None or empty is left out, since an empty element breaks a rule (PEPPOL-EN16931-R008)."""
    is_note = it.kind == "credit_note"
    return {
        "called": it.document_number or str(it.number),
        "issued_on": it.issued_on.isoformat(),
        "due_on": it.due_on.isoformat() if it.due_on else None,
        "why_credited": why_credited(it),
        "accounting_cost": it.accounting_cost,
        "payer_reference": it.payer_reference,
        "order_reference": it.order_reference,
        "credits_called": it.credits_document_number or str(it.credits_invoice) if is_note else None,
        "credits_issued_on": it.credits_issued_on.isoformat() if it.credits_issued_on else None,
        "agreement": agreement,
        **_party("buyer", it.buyer),
        "delivered": it.delivered,
        "delivered_from": it.delivered_from.isoformat(),
        "delivered_to": it.delivered_to.isoformat(),
        # Before venue and town were said apart, where it was is one line.
        "venue": it.delivered_venue or it.delivered_where,
        "city": it.delivered_city,
        # A credit note names the account too where it is known: receivers ask for it.
        "payment_means": CREDIT_TRANSFER if it.account else None,
        "account": it.account,
        "kid": it.kid,
        "amount": f"{it.amount_ore // 100}.{it.amount_ore % 100:02}",
        "vat_reason_code": it.vat_reason_code,
        "no_vat_because": why_no_vat(it),
    }


def _party(whose: str, it: BilledParty) -> Values:
    scheme, _, number = _endpoint(it).partition(":")
    said = {
        "scheme": scheme,
        "endpoint": number,
        "name": it.name,
        "street": it.street,
        "postal_code": it.postal_code,
        "city": it.city,
        "number": it.organisation_number,
    }
    return {f"{whose}_{name}": value for name, value in said.items()}


def _endpoint(it: BilledParty) -> str:
    return it.endpoint or endpoint(it.organisation_number)


@functools.lru_cache(maxsize=1_000)  # the same numbers come again and again
def _checks(scheme: str, number: str) -> bool:
    if scheme == LOCATION_NUMBERS:
        return len(number) == LENGTH_OF_LOCATION_NUMBER and bool(ean.is_valid(number))
    return scheme == ORGANISATION_NUMBERS and bool(orgnr.is_valid(number))


def seen(text: str | None) -> str:
    """A text without characters that XML does not have: they were taken before they were refused, and nobody sees them."""
    if not text:
        return ""
    return (text if text.isprintable() else NOT_XML.sub("", text)).strip()


@functools.lru_cache(maxsize=8)
def _form_of(kind: Kind, seller: BilledParty, contact: Contact, *, in_register: bool) -> Form:
    """A form with its seller filled in, who is the same on thousands of documents."""
    blank = _form("Invoice" if kind == "invoice" else "CreditNote")
    known = _values_of_seller(seller, contact, in_register=in_register)
    root = deepcopy(blank.root)
    elements = list(root.iter())
    _fill(elements, [it for it in blank.places if it.name in known], known)
    now_at = {element: index for index, element in enumerate(root.iter())}  # without what was left out
    places = [it._replace(element=now_at[elements[it.element]]) for it in blank.places if it.name not in known]
    return Form(root, places, blank.schema)


@functools.cache
def _form(name: str) -> Form:
    """A form and the schema that it keeps to, read once; nothing is fetched."""
    parser = etree.XMLParser(no_network=True, remove_blank_text=True, remove_comments=True)
    root = etree.parse(HERE / "forms" / f"{name}.xml", parser).getroot()
    places = [
        Place(index, attribute, found[1])
        for index, element in enumerate(root.iter())
        for attribute, text in (*element.attrib.items(), (None, element.text))
        if (found := PLACE.fullmatch(text or ""))
    ]
    schema = etree.XMLSchema(etree.parse(HERE / "ubl" / "maindoc" / f"UBL-{name}-2.1.xsd", parser))
    return Form(root, places, schema)


def _filled(form: Form, values: Values) -> Any:
    """A copy of a form with its values. Copying takes a quarter of the time in which its elements could be made one by one."""
    root = deepcopy(form.root)
    _fill(list(root.iter()), form.places, values)
    return root


def _fill(elements: Sequence[Any], places: Sequence[Place], values: Values) -> None:
    for index, attribute, name in places:
        element, text = elements[index], seen(values[name])
        if attribute is not None:
            element.set(attribute, text)
        elif text:
            element.text = text
        else:
            _leave_out(element)


def _leave_out(element: Any) -> None:
    """An element, and all around it that then holds nothing."""
    parent = element.getparent()
    parent.remove(element)
    if len(parent) == 0:
        _leave_out(parent)
