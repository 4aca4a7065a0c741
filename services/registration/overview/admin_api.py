"""A programme in figures."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from services.registration.agreements import repository as agreements
from services.registration.applications import repository as applications
from services.registration.programmes import repository as programmes
from shared.web.api import DatabaseOf, ProgrammeInQuery, Reader

router = APIRouter(prefix="/registration", tags=["overview"])


class Summary(BaseModel):
    """How many there are in a programme. Agreements that ended are among the signed ones."""

    applications: int
    accepted: int
    waiting_list: int
    declined: int
    withdrawn: int
    agreements_signed: int


@router.get("/summary", responses={404: {}})
async def show_summary(programme: ProgrammeInQuery, database: DatabaseOf, _: Reader) -> Summary:
    """Show a programme in figures."""
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        states = await applications.count(connection, programme)
        signed = await agreements.count_signed(connection, programme)
    return Summary(
        applications=sum(states.values()),
        accepted=states.get("accepted", 0),
        waiting_list=states.get("waiting_list", 0),
        declined=states.get("declined", 0),
        withdrawn=states.get("withdrawn", 0),
        agreements_signed=signed,
    )
