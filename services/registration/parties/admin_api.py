"""Parties: registered, listed, changed (R1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field, StringConstraints

from services.registration.parties import repository as parties
from services.registration.parties.domain.party import Kind, LanguageForm, Party
from services.registration.parties.use_cases.change_party import change_party
from services.registration.parties.use_cases.delete_party import delete_party
from services.registration.parties.use_cases.register_party import register_party
from shared.contracts.envelope import OrganisationNumber
from shared.web.api import (
    Administrator,
    After,
    AskOf,
    Body,
    Bool,
    DatabaseOf,
    Email,
    Limit,
    Line,
    Page,
    PartyInPath,
    Reader,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/registration", tags=["parties"])


FourDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


InvoicesBy = Literal["email", "ehf"]
ENDPOINT = "where EHF go, scheme:number; where it is left out, `0192:` and its organisation number"
EMAIL = "where mails about invoices go; where it is left out, to its contact person"


class Address(Body):
    street: Line
    postal_code: FourDigits
    city: Line


class NewParty(Body):
    """A municipality or a county branch (R1)."""

    model_config = example(
        organisation_number="921221967",
        kind="municipality",
        municipality_number="1506",
        county="Møre og Romsdal",
        name="Molde",
        official_name="Molde kommune",
        language_form="nøytral",
        address={"street": "Rådhusplassen 1", "postal_code": "6413", "city": "Molde"},
        takes_invoices_by="ehf",
        by_mail_if_refused=False,
        invoice_endpoint="0192:974652277",
        invoice_email="faktura@molde.example",
    )

    organisation_number: OrganisationNumber = Field(description="nine digits, the last of them a check digit")
    kind: Kind
    municipality_number: FourDigits | None = Field(None, description="by Statistics Norway; of municipalities only")
    county: Line | None = None
    name: Line
    official_name: Line | None = Field(
        None,
        description="stands on agreements and invoices; where it is left out, `name`, of a municipality with *kommune*",
    )
    language_form: LanguageForm
    address: Address
    takes_invoices_by: InvoicesBy = "email"
    by_mail_if_refused: Bool = Field(
        True, description="whether it takes an invoice by e-mail where its EHF is refused (B8)"
    )
    invoice_endpoint: Line | None = Field(None, description=ENDPOINT)
    invoice_email: Email | None = Field(None, description=EMAIL)


class PartyChanges(Body):
    """Only the fields that are given change."""

    model_config = example(address={"street": "Storgata 1", "postal_code": "6415", "city": "Molde"})

    municipality_number: FourDigits | MISSING | None = MISSING
    county: Line | MISSING | None = MISSING
    name: Line | MISSING = MISSING
    official_name: Line | MISSING | None = MISSING
    language_form: LanguageForm | MISSING = MISSING
    address: Address | MISSING = MISSING
    takes_invoices_by: InvoicesBy | MISSING = MISSING
    by_mail_if_refused: Bool | MISSING = MISSING
    invoice_endpoint: Line | MISSING | None = Field(MISSING, description=ENDPOINT)
    invoice_email: Email | MISSING | None = Field(MISSING, description=EMAIL)


class PartyView(BaseModel):
    organisation_number: str
    version: int
    kind: Kind
    municipality_number: str | None
    county: str | None
    name: str
    official_name: str | None
    language_form: LanguageForm
    address: Address
    takes_invoices_by: InvoicesBy
    by_mail_if_refused: bool
    invoice_endpoint: str | None = Field(description="null: `0192:` and its organisation number")
    invoice_email: str | None = Field(
        description="null: to its contact person; null as well where it is lost, and for who only reads (N2)"
    )


@router.post("/parties", status_code=201, operation_id="register_party")
async def register(body: NewParty, database: DatabaseOf, key: Administrator) -> PartyView:
    """Register a municipality or a county branch (R1)."""
    return _shown(await register_party(database, Party(version=1, **_flat(body.model_dump())), by=key.name), key)


@router.get("/parties")
async def list_parties(database: DatabaseOf, key: Reader, after: After = None, limit: Limit = 100) -> Page[PartyView]:
    """List the parties by organisation number."""
    async with database.looking_up() as connection:
        found = await parties.all_after(connection, after, limit)
    return page_of([_view(it, key) for it in found], limit, lambda it: it.organisation_number)


@router.get("/parties/{party}")
async def show_party(party: PartyInPath, database: DatabaseOf, key: Reader) -> PartyView:
    """Show a party."""
    async with database.looking_up() as connection:
        return _shown(await parties.get(connection, party), key)


@router.patch("/parties/{party}", operation_id="change_party", dependencies=[if_match(Party)])
async def change(party: PartyInPath, body: PartyChanges, database: DatabaseOf, key: Administrator) -> PartyView:
    """Change what is known of a party."""
    return _shown(await change_party(database, party, _flat(body.model_dump()), by=key.name), key)


@router.delete("/parties/{party}", operation_id="delete_party", dependencies=[if_match(Party)])
async def delete(party: PartyInPath, database: DatabaseOf, ask: AskOf, key: Administrator) -> PartyView:
    """Delete a party that was registered by mistake, and to which nothing points (R1)."""
    return _shown(await delete_party(database, ask, party, by=key.name), key)


def _flat(given: dict[str, Any]) -> dict[str, Any]:
    """With the lines of the address beside the rest, as the domain has them."""
    address: dict[str, Any] = given.pop("address", {})
    return given | address


def _shown(it: Party, key: Key) -> PartyView:
    return tagged(it, _view(it, key))


def _view(it: Party, key: Key) -> PartyView:
    """The address may be somebody's: who only reads does not see it (N2)."""
    address = Address(street=it.street, postal_code=it.postal_code, city=it.city)
    email = it.invoice_email if key.may("administrator") else None
    shown = {name: value for name, value in vars(it).items() if name not in {*vars(address), "invoice_email"}}
    return PartyView(**shown, address=address, invoice_email=email)
