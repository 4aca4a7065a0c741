"""Days to avoid, what speaks against the days of sessions, and who accepted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.circumstances.domain.days_to_avoid import Avoided, DaysToAvoid
from services.scheduling.circumstances.domain.plan_warning import Acceptance, PlanWarning, WarningCode, in_order
from services.scheduling.circumstances.domain.warnings_of_plan import warnings_of
from services.scheduling.circumstances.repository import Accepted
from services.scheduling.circumstances.use_cases.say_days_to_avoid import say_days_to_avoid
from services.scheduling.sessions import repository as session_rows
from shared.database import Database
from shared.web.api import (
    Administrator,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Line,
    ProgrammeInPath,
    Reader,
    View,
    example,
)
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/scheduling", tags=["warnings"])

MOST = 100
MOST_CODES = 20


class Heeded(Body):
    """Warnings speak against exact days (a public holiday): they are answered (409), and saved only when they are accepted."""

    accepted: tuple[WarningCode, ...] = Field(
        (), max_length=MOST_CODES, description="codes of warnings that were seen: it is saved nevertheless"
    )
    accepted_because: Line | None = Field(None, description="why; kept with who accepted them, and when")

    def acceptance(self) -> Acceptance:
        return Acceptance(codes=frozenset(self.accepted), because=self.accepted_because)


class AvoidedBody(Body):
    first: Day
    last: Day
    why: Line = Field(description="shown with the warning", examples=["Vinterferie i Trøndelag"])


class DaysToAvoidBody(Body):
    model_config = example(days=[{"first": "2025-02-17", "last": "2025-02-21", "why": "Vinterferie i Trøndelag"}])

    days: tuple[AvoidedBody, ...] = Field(max_length=MOST, description="all of them, in place of those that stand")


class AvoidedView(View):
    first: date
    last: date
    why: str


class DaysToAvoidView(BaseModel):
    programme: str
    days: list[AvoidedView]


class AcceptedView(BaseModel):
    by: str | None = Field(description="the name of the key; for administrators")
    at: datetime
    because: str | None = Field(description="for administrators")


class WarningView(BaseModel):
    code: WarningCode
    text: str
    values: Mapping[str, str] = Field(description="what a text in another language needs")
    day: date
    sessions: list[str] = Field(description="the ids of one session, or of the two that collide")
    accepted: AcceptedView | None


class WarningsView(BaseModel):
    warnings: list[WarningView]


@router.get("/programmes/{programme}/days-to-avoid")
async def show_days_to_avoid(programme: ProgrammeInPath, database: DatabaseOf, _: Reader) -> DaysToAvoidView:
    """Show the days that a programme keeps clear of, as school holidays."""
    async with database.reading() as connection:
        await session_rows.check_programme_is_known(connection, programme)
        return _days(await circumstances.days_to_avoid(connection, programme))


@router.put(
    "/programmes/{programme}/days-to-avoid", operation_id="say_days_to_avoid", dependencies=[if_match(DaysToAvoid)]
)
async def put_days_to_avoid(
    programme: ProgrammeInPath, body: DaysToAvoidBody, database: DatabaseOf, key: Administrator
) -> DaysToAvoidView:
    """Say which days a programme keeps clear of. Whoever plans on one of them is warned; nothing that is planned changes."""
    days = [Avoided(first=it.first, last=it.last, why=it.why) for it in body.days]
    return _days(await say_days_to_avoid(database, programme, days, by=key.name))


@router.get("/programmes/{programme}/warnings")
async def show_warnings(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> WarningsView:
    """Show what speaks against the exact days of a programme's sessions as they stand, and who accepted it."""
    async with database.reading() as connection:
        await session_rows.check_programme_is_known(connection, programme)
    return await _warnings(database, programme, None, key)


@router.get("/sessions/{id}/warnings")
async def show_warnings_of_session(id: IdInPath, database: DatabaseOf, key: Reader) -> WarningsView:
    """Show what speaks against a session's exact days, and who accepted it."""
    async with database.reading() as connection:
        session = await session_rows.session(connection, id)
    return await _warnings(database, session.programme, id, key)


async def _warnings(database: Database, programme: str, session: str | None, key: Key) -> WarningsView:
    async with database.reading() as connection:
        if session is None:
            sessions = await session_rows.standing(connection, programme, None)
        else:
            sessions = [await session_rows.session(connection, session)]
        found = warnings_of(sessions, await circumstances.around(connection, programme, sessions))
        accepted = await circumstances.accepted(connection, programme)
    return WarningsView(warnings=list(_views(found, accepted, key)))


def _views(
    found: Iterable[PlanWarning], accepted: Mapping[tuple[str, str], Accepted], key: Key
) -> Iterable[WarningView]:
    for it in in_order(found):
        seen = accepted_view(accepted.get((it.code, it.about)), key)
        values = {name: str(value) for name, value in it.values.items()}
        yield WarningView(
            code=it.code, text=it.text, values=values, day=it.day, sessions=list(it.sessions), accepted=seen
        )


def accepted_view(it: Accepted | None, key: Key) -> AcceptedView | None:
    if it is None:
        return None
    shown = key.may("administrator")
    return AcceptedView(by=it.by if shown else None, at=it.at, because=it.because if shown else None)


def _days(it: DaysToAvoid) -> DaysToAvoidView:
    days = [AvoidedView.model_validate(one) for one in it.days]
    return tagged(it, DaysToAvoidView(programme=it.programme, days=days))
