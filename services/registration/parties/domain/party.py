"""Who applies, signs and pays: a municipality or a county branch, known by its organisation number (R1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from stdnum.no import orgnr

from shared.errors import RuleBroken

Kind = Literal["municipality", "county_branch"]
LanguageForm = Literal["bokmål", "nynorsk", "nøytral"]


@dataclass(frozen=True, kw_only=True)
class Party:
    organisation_number: str
    version: int
    kind: Kind
    municipality_number: str | None
    county: str | None
    name: str
    official_name: str | None
    language_form: LanguageForm
    street: str
    postal_code: str
    city: str
    takes_invoices_by: Literal["email", "ehf"]
    by_mail_if_refused: bool = True  # where its EHF is
    invoice_endpoint: str | None = None  # where EHF go, scheme:number; none: to its organisation number
    # Where mails about invoices go; none: to its contact person. It may be somebody's, and stands in no event (N2).
    invoice_email: str | None = None
    invoice_email_is_lost: bool = False  # there is one, and an event alone is left of it
    deleted: bool = False  # by mistake there, and gone; its versions count on if it comes again


LONGEST_NAME = 200  # characters
ENDPOINT = re.compile("0192:([0-9]{9})")  # of the schemes of Peppol, so far that of Enhetsregisteret alone


def with_legal_name(party: Party, before: Party | None = None) -> Party:
    """The party with what a municipality is called where it signs and pays (B8), unless that was said: *Hitra kommune*.

    It follows a name that has changed since `before`.
    """
    was_said = party.official_name is not None
    if before is not None and party.official_name == before.official_name == _by_its_name(before):
        was_said = False
    return party if was_said else replace(party, official_name=_by_its_name(party))


def _by_its_name(party: Party) -> str | None:
    name = party.name if party.name.lower().endswith(" kommune") else f"{party.name} kommune"
    return name if party.kind == "municipality" and len(name) <= LONGEST_NAME else None


def check_party(party: Party) -> None:
    """Raises RuleBroken where the organisation number's check digit, or the municipality number, is wrong (R1), or where EHF are
    to go to is no organisation number (B8).
    """
    if not _is_organisation_number(party.organisation_number):
        msg = "the organisation number's check digit is wrong"
        raise RuleBroken(msg, code="wrong_check_digit", rule="R1", field="organisation_number")
    if (party.kind == "municipality") != (party.municipality_number is not None):
        msg = "a municipality has a municipality number, and nobody else has"
        raise RuleBroken(msg, code="municipality_number_of_municipalities", rule="R1", field="municipality_number")
    if party.invoice_endpoint is not None:
        endpoint = ENDPOINT.fullmatch(party.invoice_endpoint)
        if endpoint is None or not _is_organisation_number(endpoint[1]):
            msg = "an endpoint is 0192: and an organisation number, nine digits of which the last checks the others"
            raise RuleBroken(msg, code="wrong_endpoint", rule="B8", field="invoice_endpoint")


def _is_organisation_number(digits: str) -> bool:
    return orgnr.is_valid(digits) and int(digits) != 0
