"""Billing's own settings, beside those of every service: who sends the invoices."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum.no import kontonr, orgnr

from shared.contracts.bounds import Line, Text
from shared.settings import ServiceSettings


def _account(number: str) -> str:
    if not (number.isdecimal() and len(number) == 11 and kontonr.is_valid(number)):  # noqa: PLR2004 - without dots
        msg = "no bank account number: eleven digits, the last of which checks the others"
        raise ValueError(msg)
    return number


def _organisation_number(number: str) -> str:
    if not (number.isdecimal() and orgnr.is_valid(number)):
        msg = "no organisation number: nine digits, the last of which checks the others"
        raise ValueError(msg)
    return number


class Settings(ServiceSettings):
    """The defaults are an example: organisation number, address and account are invented, though their digits check."""

    seller_name: Line = "Norsk kulturskoleråd"
    seller_organisation_number: Annotated[str, AfterValidator(_organisation_number)] = "312345676"
    seller_street: Line = "Eksempelgata 1"
    seller_postal_code: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = "7010"
    seller_city: Line = "Trondheim"
    seller_account: Annotated[str, AfterValidator(_account)] = "12345678903"
    # Instead of what an invoice says by itself: that the seller is not registered for VAT (A7, an assumption).
    no_vat_because: Text | None = None
    # Whether the seller is registered in Foretaksregisteret, which an EHF then says (A7).
    in_foretaksregisteret: bool = False
    # More documents of a programme that follow from a start, or from a revocation alone, wait until somebody approves them.
    approve_above: Annotated[int, Field(ge=0)] = 50
    # Before the number of each invoice and credit note: FK1-35. It ends in no digit, or two numbers could be the same.
    document_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,8}$")] = "FK"
    # Before each KID, where others are paid to the same account.
    kid_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")] = ""
