"""Guidance visits: how far each party's are, and the minutes of those that were held."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.minutes import Minutes
from services.scheduling.guidance.domain.visits import State, Visit
from services.scheduling.guidance.use_cases.write_minutes import write_minutes
from services.scheduling.sessions import repository as session_rows
from shared import clock
from shared.web.api import (
    PARTY_NAME,
    Administrator,
    After,
    Body,
    DatabaseOf,
    IdInPath,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Prose,
    Reader,
    Words,
    at_most,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.when import When
from shared.when_text import when_text

router = APIRouter(prefix="/scheduling", tags=["guidance visits"])


LONGEST = 4_000  # characters of minutes

LateInQuery = Annotated[
    bool, Query(description="only those that are not booked though half of their window is gone", examples=[True])
]


class VisitView(BaseModel):
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    number: int
    state: State = Field(
        description="`proposed` while weeks, months or alternatives are known, `agreed` since days are, `held` once completed"
    )
    session: str | None = Field(description="the id of the visit with this party; null while it is not booked")
    when: When | None = Field(description="of that visit")
    when_text: str | None = Field(description="in bokmål, with the precision that it has")
    window_first: date = Field(description="the first day on which it may be, by the plan's own line")
    window_last: date = Field(description="the last one")
    window_text: str = Field(description="in bokmål, as the plan says it")
    half_gone_on: date = Field(description="the day on which half of the window has passed")
    is_late: bool = Field(description="not booked, though half of the window is gone")


class MinutesBody(Body):
    model_config = example(text="Gruppen har kommet i gang med kartleggingen. Neste gang: fase 2.")

    text: Annotated[Prose, at_most(LONGEST)] | None = Field(description="null takes away what stands")


class MinutesView(BaseModel):
    session: str
    text: Words | None
    written_by: str | None = Field(description="the name of the key")


@router.get("/programmes/{programme}/visits")
async def show_visits(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    late: LateInQuery = False,
    after: After = None,
    limit: Limit = 500,
) -> Page[VisitView]:
    """Show each party's guidance visits by the plan's own lines: not booked, proposed, agreed or held."""
    async with database.reading() as connection:
        await session_rows.check_programme_is_known(connection, programme)
        today = await clock.today(connection)
        found = await guidance.visits_of(connection, programme)
        names = await guidance.names_of_parties(connection, programme)
    views = [
        _view(it, names.get(it.party), today)
        for it in found
        if party in (None, it.party) and (not late or it.is_late(today))
    ]
    left = [it for it in views if after is None or _cursor(it) > after]
    return page_of(left[: limit + 1], limit, _cursor)


@router.get("/sessions/{id}/minutes")
async def show_minutes(id: IdInPath, database: DatabaseOf, _: Administrator) -> MinutesView:
    """Show the minutes of a visit or meeting with one party."""
    async with database.reading() as connection:
        await session_rows.session(connection, id)
        return _minutes(await guidance.minutes(connection, id))


@router.put("/sessions/{id}/minutes", operation_id="write_minutes", dependencies=[if_match(Minutes)])
async def put_minutes(id: IdInPath, body: MinutesBody, database: DatabaseOf, key: Administrator) -> MinutesView:
    """Write the minutes of a visit or meeting that was held with one party. Nobody is told, and no mail has them."""
    return _minutes(await write_minutes(database, id, body.text, by=key.name))


def _cursor(it: VisitView) -> str:
    return f"{it.party}/{it.number:02}"


def _view(it: Visit, name: str | None, today: date) -> VisitView:
    session = it.session
    return VisitView(
        party=it.party,
        party_name=name,
        number=it.number,
        state=it.state,
        session=session.id if session else None,
        when=session.when if session else None,
        when_text=when_text(session.when) if session else None,
        window_first=it.window.first,
        window_last=it.window.last,
        window_text=when_text(it.line.when),
        half_gone_on=it.window.half_gone_on,
        is_late=it.is_late(today),
    )


def _minutes(it: Minutes) -> MinutesView:
    return tagged(it, MinutesView(session=it.session, text=it.text, written_by=it.written_by))
