"""Programmes, the parties that may take part in them, and the council's people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from services.registration.admin_api.people import ContactBody, PersonView, Phone, person_view
from services.registration.domain.party import Kind, LanguageForm, Party
from services.registration.domain.programme import Programme
from services.registration.repository import agreements, applications, parties, people, programmes
from services.registration.use_cases.change_party import change_party
from services.registration.use_cases.change_programme import change_programme
from services.registration.use_cases.correct_person import correct_person
from services.registration.use_cases.open_programme import open_programme
from services.registration.use_cases.register_advisor import register_advisor
from services.registration.use_cases.register_party import register_party
from shared.events.envelope import OrganisationNumber, ProgrammeCode
from shared.web.api import Administrator, After, Body, DatabaseOf, Day, Email, Int, Limit, Line, Page, Reader, page_of

router = APIRouter(prefix="/registration", tags=["registration"])

Ore = Annotated[Int, Field(ge=0, le=100_000_000)]  # a million kroner
Days = Annotated[Int, Field(ge=1, le=365)]
FourDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
InvoicesBy = Literal["email", "ehf"]


class NewProgramme(Body):
    """Fees in øre; without one of its own a county branch pays the same (B1). Days in Norway, the last one included."""

    code: ProgrammeCode
    name: Line
    period_start: Day
    period_end: Day
    fee_ore: Ore
    county_branch_fee_ore: Ore | None = None
    applications_from: Day | None = None
    applications_until: Day | None = None
    days_to_pay: Days = 30


class ProgrammeChanges(Body):
    """Only the fields that are given change."""

    name: Line = ""
    period_start: Day = date.min
    period_end: Day = date.min
    fee_ore: Ore = 0
    county_branch_fee_ore: Ore | None = None
    applications_from: Day | None = None
    applications_until: Day | None = None
    days_to_pay: Days = 0


class ProgrammeView(BaseModel):
    code: str
    version: int
    name: str
    period_start: date
    period_end: date
    fee_ore: int
    county_branch_fee_ore: int
    applications_from: date | None
    applications_until: date | None
    days_to_pay: int


class Address(Body):
    street: Line
    postal_code: FourDigits
    city: Line


class NewParty(Body):
    organisation_number: OrganisationNumber
    kind: Kind
    municipality_number: FourDigits | None = None
    county: Line | None = None
    name: Line
    official_name: Line | None = None
    language_form: LanguageForm
    address: Address
    takes_invoices_by: InvoicesBy = "email"


class PartyChanges(Body):
    """Only the fields that are given change."""

    municipality_number: FourDigits | None = None
    county: Line | None = None
    name: Line = ""
    official_name: Line | None = None
    language_form: LanguageForm = "bokmål"
    address: Address = Address.model_construct(street="", postal_code="", city="")
    takes_invoices_by: InvoicesBy = "email"


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


class PersonChanges(Body):
    """Only the fields that are given change."""

    name: Line = ""
    email: Email = ""
    phone: Phone | None = None


class Summary(BaseModel):
    """How many there are in a programme. Agreements that ended are among the signed ones."""

    applications: int
    accepted: int
    waiting_list: int
    declined: int
    agreements_signed: int


@router.post("/programmes", status_code=201)
async def open_one(body: NewProgramme, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    given = Programme(version=1, **body.model_dump())
    return programme_view(await open_programme(database, given, by=key.name))


@router.get("/programmes")
async def show_programmes(
    database: DatabaseOf, _: Reader, after: After = None, limit: Limit = 100
) -> Page[ProgrammeView]:
    async with database.reading() as connection:
        found = await programmes.all_after(connection, after, limit)
    return page_of([programme_view(it) for it in found], limit, lambda it: it.code)


@router.get("/programmes/{programme}")
async def show_programme(programme: str, database: DatabaseOf, _: Reader) -> ProgrammeView:
    async with database.reading() as connection:
        return programme_view(await programmes.get(connection, programme))


@router.patch("/programmes/{programme}")
async def change_one(programme: str, body: ProgrammeChanges, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    changes = body.model_dump(exclude_unset=True)
    return programme_view(await change_programme(database, programme, changes, by=key.name))


@router.post("/parties", status_code=201)
async def register(body: NewParty, database: DatabaseOf, key: Administrator) -> PartyView:
    return party_view(await register_party(database, Party(version=1, **_flat(body.model_dump())), by=key.name))


@router.get("/parties")
async def show_parties(database: DatabaseOf, _: Reader, after: After = None, limit: Limit = 100) -> Page[PartyView]:
    async with database.reading() as connection:
        found = await parties.all_after(connection, after, limit)
    return page_of([party_view(it) for it in found], limit, lambda it: it.organisation_number)


@router.get("/parties/{party}")
async def show_party(party: str, database: DatabaseOf, _: Reader) -> PartyView:
    async with database.reading() as connection:
        return party_view(await parties.get(connection, party))


@router.patch("/parties/{party}")
async def change(party: str, body: PartyChanges, database: DatabaseOf, key: Administrator) -> PartyView:
    return party_view(await change_party(database, party, _flat(body.model_dump(exclude_unset=True)), by=key.name))


@router.post("/advisors", status_code=201)
async def register_one(body: ContactBody, database: DatabaseOf, key: Administrator) -> PersonView:
    return person_view(await register_advisor(database, body.contact(), by=key.name))


@router.get("/advisors")
async def show_advisors(database: DatabaseOf, _: Administrator) -> list[PersonView]:
    async with database.reading() as connection:
        return [person_view(it) for it in await people.advisors(connection)]


@router.patch("/people/{person}")
async def correct(person: str, body: PersonChanges, database: DatabaseOf, key: Administrator) -> PersonView:
    return person_view(await correct_person(database, person, body.model_dump(exclude_unset=True), by=key.name))


@router.get("/summary")
async def summary(programme: str, database: DatabaseOf, _: Reader) -> Summary:
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        states = await applications.count(connection, programme)
        signed = await agreements.count_signed(connection, programme)
    return Summary(
        applications=sum(states.values()),
        accepted=states.get("accepted", 0),
        waiting_list=states.get("waiting_list", 0),
        declined=states.get("declined", 0),
        agreements_signed=signed,
    )


def _flat(given: dict[str, Any]) -> dict[str, Any]:
    """With the lines of the address beside the rest, as the domain has them."""
    address: dict[str, Any] = given.pop("address", {})
    return given | address


def programme_view(it: Programme) -> ProgrammeView:
    return ProgrammeView(**vars(it) | {"county_branch_fee_ore": it.fee_for("county_branch")})


def party_view(it: Party) -> PartyView:
    address = Address(street=it.street, postal_code=it.postal_code, city=it.city)
    lines = vars(address)
    return PartyView(**{name: value for name, value in vars(it).items() if name not in lines}, address=address)
