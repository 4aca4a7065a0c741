"""Attendance: a session's sheet for all parties, recorded party by party, and figures of a programme (R5, S5)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.registration.attendance import repository as attendance
from services.registration.attendance.domain.session import Session
from services.registration.attendance.domain.sheet import Sheet, expected_on
from services.registration.attendance.repository import Attended
from services.registration.attendance.use_cases.record_attendance import record_attendance
from services.registration.groups import repository as groups
from services.registration.groups.domain.group import Group
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    AN_ID,
    Administrator,
    After,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Limit,
    Page,
    PartyInPath,
    PartyInQuery,
    ProgrammeInPath,
    Reader,
    View,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.when import MOST_DAYS

router = APIRouter(prefix="/registration", tags=["attendance"])

MOST = 100  # participants on a sheet


class Present(Body):
    participant: EntityId = Field(description="the id of one of the group's participants")
    days: Annotated[tuple[Day, ...], Field(max_length=MOST_DAYS)] = Field(
        description="on which the participant was there"
    )


class NewSheet(Body):
    """Who was there. It replaces what was recorded before; of who is not named, that they were absent (R5, S5)."""

    model_config = example(present=[{"participant": AN_ID, "days": ["2024-09-24", "2024-09-25"]}])

    present: Annotated[tuple[Present, ...], Field(max_length=MOST)]


class DayView(View):
    day: date
    expected: int = Field(description="how many of the group were to be there")
    present: int
    school_owner_present: bool


class AttendeeView(BaseModel):
    """Somebody who was to be there."""

    participant: str
    name: str | None = Field(description="null where it is lost, or the person erased")
    erased: bool = Field(description="whether the person was erased (N2)")
    role: str | None
    represents_school_owner: bool
    expected_on: list[date] = Field(description="the days on which they were in the group, or coordinated it")
    present_on: list[date]


class SheetView(BaseModel):
    """One party's attendance at one session."""

    version: int = Field(description="0 before anything is recorded; the `If-Match` of who records it")
    session: str
    party: str
    party_name: str
    days: list[DayView] = Field(description="as they were recorded; empty before")
    attendees: list[AttendeeView]
    is_lost: bool = Field(description="only the counts are known: who was there is to be said anew")


class SessionSheetsView(BaseModel):
    """A session's attendance, of all parties."""

    session: str
    programme: str
    kind: str
    number: int | None
    title: str | None
    state: str
    days: list[date] = Field(description="the session's; empty while they are not exact, and then nothing is recorded")
    parties: list[SheetView] = Field(description="those that are accepted, by organisation number")


class AttendedView(View):
    """What was recorded of one session. Figures are of participants and days together: two on two days are four."""

    session: str
    kind: str
    number: int | None
    title: str | None
    first_day: date | None
    days: int = Field(description="how many days were recorded")
    expected: int
    present: int
    days_with_school_owner: int = Field(description="on how many of these days somebody was there for the school owner")


class FiguresView(View):
    """A party's attendance so far."""

    party: str
    party_name: str
    expected: int = Field(description="over all sessions that are recorded: participants and days together")
    present: int
    sessions: list[AttendedView]


@router.put("/sessions/{session}/attendance/{party}", operation_id="record_attendance", dependencies=[if_match(Sheet)])
async def record(
    session: IdInPath, party: PartyInPath, body: NewSheet, database: DatabaseOf, key: Administrator
) -> SheetView:
    """Record a party's attendance at a session, or correct it (R5, S5)."""
    present: dict[str, set[date]] = {}
    for it in body.present:
        present.setdefault(it.participant, set()).update(it.days)
    sheet = await record_attendance(database, session, party, present, by=key.name)
    return tagged(sheet, await _one(database, session, party))


@router.get("/sessions/{session}/attendance/{party}", operation_id="show_attendance_of_party")
async def show_one(session: IdInPath, party: PartyInPath, database: DatabaseOf, _: Administrator) -> SheetView:
    """Show a party's attendance at a session."""
    async with database.reading() as connection:
        sheet = await attendance.sheet(connection, await attendance.session(connection, session), party)
    return tagged(sheet, await _one(database, session, party))


@router.get("/sessions/{session}/attendance")
async def show_attendance(session: IdInPath, database: DatabaseOf, _: Administrator) -> SessionSheetsView:
    """Show a session's attendance, of all parties that are accepted."""
    async with database.reading() as connection:
        found = await attendance.session(connection, session)
        sheets = await attendance.sheets_of_session(connection, found)
        formed = await groups.of_programme(connection, found.programme)
        names = await parties.names(connection, formed)
        known = await people.of_ids(connection, [it.person for group in formed.values() for it in group.participants])
    return SessionSheetsView(
        session=found.id,
        days=list(found.days),
        parties=[
            _sheet(found, sheets.get(party, _empty(found, party)), group, names[party], known)
            for party, group in formed.items()
        ],
        **{name: getattr(found, name) for name in ("programme", "kind", "number", "title", "state")},
    )


@router.get("/programmes/{programme}/attendance", operation_id="list_attendance")
async def list_attendance(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[FiguresView]:
    """List the attendance of a programme's parties in figures, by organisation number; who was there is shown by session."""
    async with database.reading() as connection:
        found = await attendance.figures(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    return page_of([_figures(*it) for it in found], limit, lambda it: it.party)


async def _one(database: Database, session: str, party: str) -> SheetView:
    async with database.reading() as connection:
        found = await attendance.session(connection, session)
        registered = await parties.get(connection, party)
        group = await groups.of_party(connection, found.programme, registered)
        known = await people.of_ids(connection, [it.person for it in group.participants])
        sheet = (await attendance.sheets_of_session(connection, found)).get(party, _empty(found, party))
    return _sheet(found, sheet, group, registered.name, known)


def _empty(session: Session, party: str) -> Sheet:
    return Sheet(version=0, programme=session.programme, session=session.id, party=party)


def _sheet(session: Session, sheet: Sheet, group: Group, name: str, known: dict[str, Person]) -> SheetView:
    expected = {day: {it.id for it in expected_on(group, session, day)} for day in session.days}
    attendees = []
    for it in group.participants:
        on = [day for day, ids in expected.items() if it.id in ids]
        there = sorted(day for who, day in sheet.present if who == it.id)
        if on or there:
            person = known.get(it.person)
            attendees.append(
                AttendeeView(
                    participant=it.id,
                    name=person.name if person else None,
                    erased=person.erased if person else False,
                    role=it.role,
                    represents_school_owner=it.represents_school_owner,
                    expected_on=on,
                    present_on=there,
                )
            )
    return SheetView(
        version=sheet.version,
        session=session.id,
        party=group.party,
        party_name=name,
        days=[DayView.model_validate(it) for it in sheet.days],
        attendees=attendees,
        is_lost=sheet.is_lost,
    )


def _figures(party: str, name: str, sessions: list[Attended]) -> FiguresView:
    return FiguresView(
        party=party,
        party_name=name,
        expected=sum(it.expected for it in sessions),
        present=sum(it.present for it in sessions),
        sessions=[AttendedView.model_validate(it) for it in sessions],
    )
