"""What waits, and for what; and what a mail says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from services.notifications.letters.admin_api import MailView, view
from services.notifications.sending import repository as sending
from services.notifications.sending.domain.waiting import Waiting, Why
from services.notifications.sending.use_cases.give_up import give_up
from services.notifications.sending.use_cases.read_mail import read_mail
from services.notifications.settings import Settings
from shared import clock
from shared.errors import RuleBroken
from shared.web.api import (
    A_PROGRAMME,
    LARGEST_PAGE,
    PARTY_NAME,
    Administrator,
    After,
    DatabaseOf,
    IdInPath,
    Limit,
    Page,
    PartyInQuery,
    Reader,
    View,
    page_of,
)
from shared.web.etags import tagged
from shared.web.plain_words import THE_NEXT

router = APIRouter(prefix="/notifications", tags=["waiting"])
texts = APIRouter(prefix="/notifications", tags=["mails"])


async def settings_of(request: Request) -> Settings:
    """Notifications' settings. Async, as `database_of` is."""
    settings: Settings = request.app.state.service.settings
    return settings


PLACE = re.compile(r"[0-9]{4}-[0-9T:.-]{21}Z/.+")  # such as `_place` gives


class FileView(View):
    name: str
    media_type: str
    sha256: str = Field(description="of what stands in it, in hexadecimal")


class MailText(MailView):
    """A mail with what it says; that is null where it is lost."""

    subject: str | None
    text: str | None = Field(description="the part that is plain text")
    html: str | None = Field(description="the part that is HTML")
    calendar: str | None = Field(description="the calendar entry (RFC 5545) of a mail about a session")
    files: list[FileView] = Field(description="the files that it carries, which stand with the service that made them")
    as_sent: bool = Field(
        description="false where it is written anew from what is kept: it was not sent, or by a version before 0.3.0"
    )


class WaitingView(BaseModel):
    what: str = Field(description="the kind of mail")
    programme: str
    party: str | None
    party_name: str | None = Field(description=PARTY_NAME)
    why: Why
    since: datetime
    id: str | None = Field(description="by which it can be given up: its event's, or its session's")
    reason: str | None = Field(description="what another service answered instead, or why it is set aside")
    session: str | None = Field(description="the one to which an invitation waits until the agreement is sent")
    given_up_by: str | None = Field(description="the key that gave it up; it waits no more")


@router.get("/waiting")
async def list_what_waits(
    database: DatabaseOf,
    _: Reader,
    settings: Annotated[Settings, Depends(settings_of)],
    *,
    programme: Annotated[str | None, Query(max_length=40, examples=[A_PROGRAMME])] = None,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = LARGEST_PAGE,
) -> Page[WaitingView]:
    """List what waits and why, the oldest first, and what was given up; that of a programme, or of a party.

    There are at most 500 of each sort.
    """
    if after is not None and not PLACE.fullmatch(after):
        raise RuleBroken(THE_NEXT, code="not_the_next", field="after")
    async with database.reading() as connection:
        today = await clock.today(connection)
        waiting = await sending.what_waits(connection, today)
        waiting += await sending.invitations_of_later(connection, today + timedelta(days=settings.invite_days_ahead))
        names = await sending.names_of_parties(connection, {it.party for it in waiting if it.party})
    is_meant = [it for it in waiting if programme in (None, it.programme) and party in (None, it.party)]
    rows = sorted(is_meant, key=_place)
    times: Counter[str] = Counter()
    cursors = []
    for it in rows:  # several mails may wait since the same moment
        times[_place(it)] += 1
        cursors.append(f"{_place(it)}/{times[_place(it)]:06}")
    found = [one for one in zip(cursors, rows, strict=True) if after is None or one[0] > after][: limit + 1]
    page = page_of(found, limit, lambda it: it[0])
    return Page(items=[_view(it, names) for _, it in page.items], next=page.next)


@router.post("/waiting/{id}/give-up", operation_id="give_up_what_waits")
async def give_up_what_waits(id: IdInPath, database: DatabaseOf, key: Administrator) -> WaitingView:
    """Give up what waits for something that never comes: a mailing for good, a session until something changes it."""
    given_up = await give_up(database, id, by=key.name)
    async with database.reading() as connection:
        return _view(given_up, await sending.names_of_parties(connection, {given_up.party or ""}))


@texts.get("/mails/{id}")
async def show_mail(
    id: IdInPath, database: DatabaseOf, _: Administrator, settings: Annotated[Settings, Depends(settings_of)]
) -> MailText:
    """Show a mail with what it said: both parts, and the calendar entry, as they were sent."""
    found = await read_mail(database, id, settings)
    said = vars(found.says) if found.says else dict.fromkeys(("subject", "text", "html", "calendar"))
    shown = view(*found.named, with_addresses=True)
    files = [FileView.model_validate(it) for it in found.files]
    return tagged(found.named.mail, MailText(**vars(shown), **said, files=files, as_sent=found.as_sent))


def _view(it: Waiting, names: Mapping[str, str]) -> WaitingView:
    return WaitingView(**vars(it), party_name=names.get(it.party or ""))


def _place(it: Waiting) -> str:
    since = it.since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{since}Z/{it.what}/{it.programme}/{it.party or ''}/{it.id or it.session or ''}"
