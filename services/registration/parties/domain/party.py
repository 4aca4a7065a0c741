"""Who applies, signs and pays: a municipality or a county branch, known by its organisation number (R1)."""

from __future__ import annotations

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
    deleted: bool = False  # by mistake there, and gone; its versions count on if it comes again


LONGEST_NAME = 200  # characters


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
    """Raises RuleBroken where the organisation number's check digit, or the municipality number, is wrong (R1)."""
    if not orgnr.is_valid(party.organisation_number) or int(party.organisation_number) == 0:
        msg = "the organisation number's check digit is wrong"
        raise RuleBroken(msg, code="wrong_check_digit", rule="R1", field="organisation_number")
    if (party.kind == "municipality") != (party.municipality_number is not None):
        msg = "a municipality has a municipality number, and nobody else has"
        raise RuleBroken(msg, code="municipality_number_of_municipalities", rule="R1", field="municipality_number")
