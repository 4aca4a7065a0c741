"""Scheduling's routes: the plan, and what becomes of its sessions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field

from services.scheduling import repository
from services.scheduling.domain.dates import When
from services.scheduling.domain.session import Format, Kind, Session, State
from services.scheduling.use_cases.cancel_session import cancel_session
from services.scheduling.use_cases.change_description import change_description
from services.scheduling.use_cases.complete_session import complete_session
from services.scheduling.use_cases.decide_format import decide_format
from services.scheduling.use_cases.give_instalment import give_instalment
from services.scheduling.use_cases.move_session import move_session
from services.scheduling.use_cases.plan_session import plan_session
from services.scheduling.use_cases.revoke_completion import revoke_completion
from services.scheduling.use_cases.sharpen_session import sharpen_session
from shared.contracts import scheduling as events
from shared.contracts.envelope import OrganisationNumber
from shared.errors import NotFound
from shared.ids import new_id
from shared.web.api import Administrator, After, Body, DatabaseOf, Day, Int, Limit, Line, Page, Reader, page_of
from shared.web.keys import Key
from shared.when_text import when_text

router = APIRouter(prefix="/scheduling", tags=["scheduling"])

Number = Annotated[Int, Field(ge=1, le=99)]
Instalment = Annotated[Int, Field(ge=1, le=3)]


class DaysBody(Body):
    """The clock times, Europe/Oslo, are those of the first and of the last day."""

    first: Day
    last: Day
    starts_at: events.ClockTime | None = None
    ends_at: events.ClockTime | None = None


class WeeksBody(Body):
    """ISO weeks of one year."""

    year: Annotated[Int, Field(ge=2000, le=2100)]
    first: Annotated[Int, Field(ge=1, le=53)]
    last: Annotated[Int, Field(ge=1, le=53)]


class WhenBody(Body):
    """As precise as it is known (S2). Several weeks, or several months, are alternatives."""

    days: DaysBody | None = None
    weeks: tuple[WeeksBody, ...] = ()
    months: tuple[events.Month, ...] = ()
    duration_minutes: Annotated[Int, Field(ge=1, le=6000)] | None = None

    def when(self) -> When:
        return repository.WHEN.validate_python(self.model_dump())


class NewSession(Body):
    kind: Kind
    format: Format
    title: Line
    number: Number | None = None
    instalment: Instalment | None = None
    when: WhenBody
    place: Line | None = None
    meeting_link: Line | None = None
    party: OrganisationNumber | None = None


class NewDate(Body):
    when: WhenBody


class NewFormat(Body):
    format: Format


class NewInstalment(Body):
    instalment: Instalment | None


class NewDescription(Body):
    """Only the fields that are given change."""

    title: Line | MISSING = MISSING
    place: Line | MISSING | None = MISSING
    meeting_link: Line | MISSING | None = MISSING
    number: Number | MISSING | None = MISSING


class Nothing(Body):
    """Nothing needs to be said; the body may be left out."""


class SessionView(BaseModel):
    id: str
    version: int
    programme: str
    party: str | None
    kind: Kind
    format: Format
    title: str | None = Field(description="of visits and contract meetings: for administrators")
    number: int | None
    instalment: int | None
    when: events.When
    when_text: str  # in bokmål, with the precision that it has
    place: str | None = Field(description="of visits and contract meetings: for administrators")
    meeting_link: str | None = Field(description="for administrators")
    state: State


class Summary(BaseModel):
    """Joint sessions only."""

    physical_sessions_completed: int
    digital_sessions_completed: int


@router.post("/programmes/{programme}/sessions", status_code=201)
async def plan(programme: str, body: NewSession, database: DatabaseOf, key: Administrator) -> SessionView:
    given: dict[str, Any] = body.model_dump(exclude={"when"})
    planned = Session(id=new_id(), version=1, programme=programme, state="planned", when=body.when.when(), **given)
    return view(await plan_session(database, planned, by=key.name), key)


@router.get("/programmes/{programme}/sessions")
async def show_plan(
    programme: str, database: DatabaseOf, key: Reader, after: After = None, limit: Limit = 200
) -> Page[SessionView]:
    """In order of time."""
    async with database.reading() as connection:
        await repository.check_programme(connection, programme)
        found = await repository.of_programme(connection, programme)
    start = next((n for n, it in enumerate(found, 1) if it.id == after), 0)
    if after and not start:
        msg = "the programme has no such session"
        raise NotFound(msg, field="after")
    return page_of([view(it, key) for it in found[start : start + limit + 1]], limit, lambda it: it.id)


@router.get("/sessions/{id}")
async def show_session(id: str, database: DatabaseOf, key: Reader) -> SessionView:
    async with database.reading() as connection:
        return view(await repository.session(connection, id), key)


@router.post("/sessions/{id}/sharpening")
async def sharpen(id: str, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    return view(await sharpen_session(database, id, body.when.when(), by=key.name), key)


@router.post("/sessions/{id}/move")
async def move(id: str, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    return view(await move_session(database, id, body.when.when(), by=key.name), key)


@router.post("/sessions/{id}/format")
async def change_format(id: str, body: NewFormat, database: DatabaseOf, key: Administrator) -> SessionView:
    return view(await decide_format(database, id, body.format, by=key.name), key)


@router.post("/sessions/{id}/instalment")
async def change_instalment(id: str, body: NewInstalment, database: DatabaseOf, key: Administrator) -> SessionView:
    return view(await give_instalment(database, id, body.instalment, by=key.name), key)


@router.patch("/sessions/{id}")
async def describe(id: str, body: NewDescription, database: DatabaseOf, key: Administrator) -> SessionView:
    return view(await change_description(database, id, body.model_dump(), by=key.name), key)


@router.post("/sessions/{id}/cancellation")
async def cancel(id: str, database: DatabaseOf, key: Administrator, _: Nothing | None = None) -> SessionView:
    return view(await cancel_session(database, id, by=key.name), key)


@router.post("/sessions/{id}/completion")
async def complete(id: str, database: DatabaseOf, key: Administrator, _: Nothing | None = None) -> SessionView:
    return view(await complete_session(database, id, by=key.name), key)


@router.post("/sessions/{id}/completion-revoked")
async def revoke(id: str, database: DatabaseOf, key: Administrator, _: Nothing | None = None) -> SessionView:
    return view(await revoke_completion(database, id, by=key.name), key)


@router.get("/summary")
async def summary(programme: str, database: DatabaseOf, _: Reader) -> Summary:
    async with database.reading() as connection:
        await repository.check_programme(connection, programme)
        completed = await repository.completed_joint_sessions(connection, programme)
    return Summary(
        physical_sessions_completed=completed.get("physical", 0),
        digital_sessions_completed=completed.get("digital", 0),
    )


def view(session: Session, key: Key) -> SessionView:
    """What stands in no event is not for readers either."""
    when = events.When.model_validate_json(repository.WHEN.dump_json(session.when))
    hidden: dict[str, None] = {}
    if not key.may("administrator"):
        hidden = dict.fromkeys(("title", "place", "meeting_link") if session.party else ("meeting_link",))
    return SessionView(**vars(session) | {"when": when} | hidden, when_text=when_text(when))
