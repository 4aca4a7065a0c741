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
    DatabaseOf,
    Limit,
    Line,
    Page,
    PartyInPath,
    Reader,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["parties"])


FourDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


InvoicesBy = Literal["email", "ehf"]


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


@router.post("/parties", status_code=201, operation_id="register_party")
async def register(body: NewParty, database: DatabaseOf, key: Administrator) -> PartyView:
    """Register a municipality or a county branch (R1)."""
    return _shown(await register_party(database, Party(version=1, **_flat(body.model_dump())), by=key.name))


@router.get("/parties")
async def list_parties(database: DatabaseOf, _: Reader, after: After = None, limit: Limit = 100) -> Page[PartyView]:
    """List the parties by organisation number."""
    async with database.looking_up() as connection:
        found = await parties.all_after(connection, after, limit)
    return page_of([party_view(it) for it in found], limit, lambda it: it.organisation_number)


@router.get("/parties/{party}")
async def show_party(party: PartyInPath, database: DatabaseOf, _: Reader) -> PartyView:
    """Show a party."""
    async with database.looking_up() as connection:
        return _shown(await parties.get(connection, party))


@router.patch("/parties/{party}", operation_id="change_party", dependencies=[if_match(Party)])
async def change(party: PartyInPath, body: PartyChanges, database: DatabaseOf, key: Administrator) -> PartyView:
    """Change what is known of a party."""
    return _shown(await change_party(database, party, _flat(body.model_dump()), by=key.name))


@router.delete("/parties/{party}", operation_id="delete_party", dependencies=[if_match(Party)])
async def delete(party: PartyInPath, database: DatabaseOf, ask: AskOf, key: Administrator) -> PartyView:
    """Delete a party that was registered by mistake, and to which nothing points (R1)."""
    return _shown(await delete_party(database, ask, party, by=key.name))


def _flat(given: dict[str, Any]) -> dict[str, Any]:
    """With the lines of the address beside the rest, as the domain has them."""
    address: dict[str, Any] = given.pop("address", {})
    return given | address


def _shown(it: Party) -> PartyView:
    return tagged(it, party_view(it))


def party_view(it: Party) -> PartyView:
    address = Address(street=it.street, postal_code=it.postal_code, city=it.city)
    lines = vars(address)
    return PartyView(**{name: value for name, value in vars(it).items() if name not in lines}, address=address)
