"""What waits, and for what."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.notifications.sending import repository as sending
from services.notifications.sending.domain.waiting import Why
from services.notifications.sending.use_cases.give_up import give_up
from shared import clock
from shared.web.api import Administrator, DatabaseOf, IdInPath, Reader

router = APIRouter(prefix="/notifications", tags=["waiting"])


class WaitingView(BaseModel):
    what: str = Field(description="the kind of mail")
    programme: str
    party: str | None
    why: Why
    since: datetime
    id: str | None = Field(description="by which it can be given up: its event's, or its session's")
    reason: str | None = Field(description="what another service answered instead, or why it is set aside")
    given_up_by: str | None = Field(description="the key that gave it up; it waits no more")


class WaitingList(BaseModel):
    items: list[WaitingView]


@router.get("/waiting")
async def list_what_waits(database: DatabaseOf, _: Reader) -> WaitingList:
    """List what waits and why, the oldest first, and what was given up.

    There are at most 500 of each sort.
    """
    async with database.reading() as connection:
        found = await sending.what_waits(connection, await clock.today(connection))
    return WaitingList(items=[WaitingView(**vars(it)) for it in found])


@router.post("/waiting/{id}/give-up", operation_id="give_up_what_waits")
async def give_up_what_waits(id: IdInPath, database: DatabaseOf, key: Administrator) -> WaitingView:
    """Give up what waits for something that never comes: a mailing for good, a session until something changes it."""
    return WaitingView(**vars(await give_up(database, id, by=key.name)))
