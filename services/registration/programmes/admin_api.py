"""Programmes: opened, listed, changed (R1, R6, B1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.people import repository as people
from services.registration.people.admin_api import ContactBody, PersonView, Phone, person_view
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import Programme
from services.registration.programmes.domain.usual_fee import check_usual
from services.registration.programmes.use_cases.change_programme import change_programme
from services.registration.programmes.use_cases.close_programme import close_programme, reopen_programme
from services.registration.programmes.use_cases.delete_programme import delete_programme
from services.registration.programmes.use_cases.open_programme import open_programme
from shared.contracts.envelope import ProgrammeCode
from shared.database import Database
from shared.web.api import (
    Administrator,
    After,
    AskOf,
    Body,
    Bool,
    DatabaseOf,
    Day,
    Int,
    Limit,
    Line,
    Page,
    ProgrammeInPath,
    Reader,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/registration", tags=["programmes"])

FEES = ("fee_ore", "county_branch_fee_ore")
Ore = Annotated[Int, Field(ge=0, le=100_000_000)]  # a million kroner
MEANT = "that a fee under 1 000 or over 100 000 kroner is meant (B1)"
TO_PAY = "days from an invoice's issue until it is due"
PLACES = "how many parties it takes; null: as many as are accepted (R2)"
Number = Annotated[Int, Field(ge=1, le=9_999)]
Days = Annotated[Int, Field(ge=1, le=365, description=TO_PAY)]


class CouncilContact(ContactBody):
    """Someone of the council who can be reached by telephone too."""

    model_config = example(name="Ingrid Moe", email="ingrid.moe@raadet.example", phone="+47 900 00 003")

    phone: Phone


CONTACT = "whom each mail names and a concern reaches; required before an agreement is sent (N1, R10)"


class NewProgramme(Body):
    """The last days are included."""

    model_config = example(
        code="regionalt-2024-2025",
        name="Fremtidens kulturskole 2024–2025",
        period_start="2024-08-01",
        period_end="2025-12-31",
        fee_ore=2_000_000,
        county_branch_fee_ore=1_000_000,
        applications_from="2024-02-01",
        applications_until="2024-05-01",
        days_to_pay=30,
        places=13,
        contact_person={"name": "Ingrid Moe", "email": "ingrid.moe@raadet.example", "phone": "+47 900 00 003"},
    )

    code: ProgrammeCode = Field(description="stands in paths and in the subjects of events, and never changes")
    name: Line
    period_start: Day
    period_end: Day
    fee_ore: Ore = Field(description="what a municipality pays for the whole programme (B1)")
    county_branch_fee_ore: Ore | None = Field(None, description="where it is not the same (B1)")
    applications_from: Day | None = Field(None, description="the first day on which a party may apply")
    applications_until: Day | None = Field(None, description="the last day on which a party may apply")
    days_to_pay: Days = 30
    places: Number | None = Field(None, description=PLACES)
    unusual: Bool = Field(False, description=MEANT)
    contact_person: CouncilContact | None = Field(None, description=CONTACT)


class ProgrammeChanges(Body):
    """Only the fields that are given change. Agreements that were sent keep their period and their fee (R6, B1)."""

    model_config = example(fee_ore=2_400_000, applications_until="2024-06-01")

    name: Line | MISSING = MISSING
    period_start: Day | MISSING = MISSING
    period_end: Day | MISSING = MISSING
    fee_ore: Ore | MISSING = MISSING
    county_branch_fee_ore: Ore | MISSING | None = MISSING
    applications_from: Day | MISSING | None = MISSING
    applications_until: Day | MISSING | None = MISSING
    days_to_pay: Days | MISSING = MISSING
    places: Number | MISSING | None = Field(MISSING, description=PLACES + "; not fewer than are taken")
    unusual: Bool | MISSING = Field(MISSING, description=MEANT)
    contact_person: CouncilContact | MISSING = Field(MISSING, description=CONTACT)


class ProgrammeView(BaseModel):
    code: str
    version: int
    name: str
    period_start: date
    period_end: date
    fee_ore: int
    county_branch_fee_ore: int = Field(description="what a county branch pays, be it the same or not")
    applications_from: date | None
    applications_until: date | None
    days_to_pay: int = Field(description=TO_PAY)
    places: int | None = Field(description=PLACES)
    closed_on: date | None = Field(description="the day on which it was closed; null while it is open")
    contact_person: PersonView | None = Field(
        description="the council's, shown to administrators; null till one is named"
    )


@router.post("/programmes", status_code=201, operation_id="open_programme")
async def open_one(body: NewProgramme, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    """Open a programme (R1, R6, B1)."""
    contact = body.contact_person.contact() if body.contact_person else None
    given = Programme(version=1, **_of_the_programme(body))
    return await view(database, await open_programme(database, given, contact_person=contact, by=key.name), key)


@router.get("/programmes")
async def list_programmes(
    database: DatabaseOf, key: Reader, after: After = None, limit: Limit = 100
) -> Page[ProgrammeView]:
    """List the programmes by code."""
    async with database.reading() as connection:
        found = await programmes.all_after(connection, after, limit)
        views = await _views(connection, found, key)
    return page_of(views, limit, lambda it: it.code)


@router.get("/programmes/{programme}")
async def show_programme(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> ProgrammeView:
    """Show a programme."""
    async with database.reading() as connection:
        found = await programmes.get(connection, programme)
    return await view(database, found, key)


@router.patch("/programmes/{programme}", operation_id="change_programme", dependencies=[if_match(Programme)])
async def change_one(
    programme: ProgrammeInPath, body: ProgrammeChanges, database: DatabaseOf, ask: AskOf, key: Administrator
) -> ProgrammeView:
    """Change a programme; its period never shrinks below what is planned in it (S1)."""
    contact = body.contact_person.contact() if isinstance(body.contact_person, CouncilContact) else None
    changes = _of_the_programme(body)
    changed = await change_programme(database, ask, programme, changes, contact_person=contact, by=key.name)
    return await view(database, changed, key)


@router.delete("/programmes/{programme}", operation_id="delete_programme", dependencies=[if_match(Programme)])
async def delete(programme: ProgrammeInPath, database: DatabaseOf, ask: AskOf, key: Administrator) -> ProgrammeView:
    """Delete a programme that was opened by mistake, and to which nothing points (R6)."""
    return await view(database, await delete_programme(database, ask, programme, by=key.name), key)


@router.post("/programmes/{programme}/closing", operation_id="close_programme", dependencies=[if_match(Programme)])
async def close(programme: ProgrammeInPath, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    """Close a programme that is settled (R6): it takes nobody any more, nothing is planned in it, and nobody is reminded of anything.

    What is not invoiced in it is told no more. What becomes known of it nevertheless is worked off as ever.
    """
    return await view(database, await close_programme(database, programme, by=key.name), key)


@router.post("/programmes/{programme}/reopening", operation_id="reopen_programme", dependencies=[if_match(Programme)])
async def reopen(programme: ProgrammeInPath, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    """Open a closed programme again (R6)."""
    return await view(database, await reopen_programme(database, programme, by=key.name), key)


async def view(database: Database, it: Programme, key: Key) -> ProgrammeView:
    async with database.reading() as connection:
        return tagged(it, (await _views(connection, [it], key))[0])


def _of_the_programme(body: NewProgramme | ProgrammeChanges) -> dict[str, Any]:
    """What is given of a programme itself. Raises RuleBroken for a fee that is out of the ordinary and not said to be."""
    fields = body.model_dump(exclude={"contact_person"})
    is_unusual = fields.pop("unusual", False)
    check_usual({name: fields.get(name) for name in FEES}, is_unusual=is_unusual)
    return fields


async def _views(connection: AsyncConnection, found: Sequence[Programme], key: Key) -> list[ProgrammeView]:
    known = await people.of_ids(connection, [it.contact_person for it in found]) if key.may("administrator") else {}
    contacts = {id: person_view(it) for id, it in known.items()}
    return [
        ProgrammeView(
            **vars(it)
            | {
                "county_branch_fee_ore": it.fee_for("county_branch"),
                "contact_person": contacts.get(it.contact_person or ""),
            }
        )
        for it in found
    ]
