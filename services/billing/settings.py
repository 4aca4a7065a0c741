"""Billing's own settings, beside those of every service: who sends the invoices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, DirectoryPath, Field, SecretStr, model_validator
from stdnum.no import kontonr, orgnr

from shared.contracts.bounds import Line, Text
from shared.settings import NONE_IF_EMPTY, ServiceSettings


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


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        msg = "it is an address as https://access-point.example, without a password in it"
        raise ValueError(msg)
    return url.rstrip("/")


class Settings(ServiceSettings):
    """The defaults are an example: organisation number, address and account are invented, though their digits check."""

    seller_name: Line = "Norsk kulturskoleråd"
    seller_organisation_number: Annotated[str, AfterValidator(_organisation_number)] = "312345676"
    seller_street: Line = "Eksempelgata 1"
    seller_postal_code: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = "7010"
    seller_city: Line = "Trondheim"
    seller_account: Annotated[str, AfterValidator(_account)] = "12345678903"
    # Whom the payer asks about a document: an office, and no person. What is empty is not said.
    seller_contact: Line | None = None
    seller_telephone: Line | None = None
    seller_email: Line | None = None
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
    # What carries EHF to their receivers: nothing, a folder that a provider takes files from, the REST API of phoss-ap, or what
    # has the same API and delivers nowhere.
    access_point: Literal["none", "folder", "phoss", "fake"] = "none"
    access_point_url: Annotated[Annotated[str, AfterValidator(_http_url)] | None, NONE_IF_EMPTY] = None
    access_point_token: SecretStr | None = None
    access_point_token_file: Annotated[Path | None, NONE_IF_EMPTY] = None
    access_point_folder: Annotated[DirectoryPath | None, NONE_IF_EMPTY] = None
    # Seconds for one answer of it; a while later, what a process had in hand that died is gone on with.
    access_point_timeout: Annotated[float, Field(gt=0, le=120)] = 30.0
    # Minutes from the issue of a document until it is sent: what is credited meanwhile goes nowhere.
    hold_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 60

    @model_validator(mode="after")
    def _it_is_said_where_the_access_point_is(self) -> Self:
        needed = {"phoss": "access_point_url", "fake": "access_point_url", "folder": "access_point_folder"}
        name = needed.get(self.access_point)
        if name is not None and getattr(self, name) is None:
            msg = f"KULTURSKOLE_ACCESS_POINT={self.access_point} needs KULTURSKOLE_{name.upper()}"
            raise ValueError(msg)
        return self

    def access_point_secret(self) -> str | None:
        if self.access_point_token_file is not None:
            return self.access_point_token_file.read_text().strip()
        return self.access_point_token.get_secret_value() if self.access_point_token else None
