"""What waits, and for what."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.notifications.sending import repository as sending
from services.notifications.sending.domain.waiting import Why
from shared import clock
from shared.web.api import DatabaseOf, Reader

router = APIRouter(prefix="/notifications", tags=["waiting"])


class WaitingView(BaseModel):
    what: str = Field(description="the kind of mail")
    programme: str
    party: str | None
    why: Why
    since: datetime


class WaitingList(BaseModel):
    items: list[WaitingView]


@router.get("/waiting")
async def list_what_waits(database: DatabaseOf, _: Reader) -> WaitingList:
    """List what waits and why, the oldest first.

    There are at most 500 of each sort.
    """
    async with database.reading() as connection:
        found = await sending.what_waits(connection, await clock.today(connection))
    return WaitingList(items=[WaitingView(**vars(it)) for it in found])
