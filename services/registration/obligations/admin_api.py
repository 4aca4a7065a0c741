"""What of the parties' obligations is not met: over a programme, or of one party (R9, R10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from services.registration.agreements.domain.concern import FindingCode
from services.registration.obligations import repository as obligations
from services.registration.obligations.domain.facts import RULES
from services.registration.obligations.repository import Found
from services.registration.programmes import repository as programmes
from services.registration.settings import Settings
from shared.web.api import Administrator, After, DatabaseOf, Limit, Page, PartyInQuery, ProgrammeInPath, page_of


async def settings_of(request: Request) -> Settings:
    """Registration's settings. Async, as `database_of` is."""
    settings: Settings = request.app.state.service.settings
    return settings


SettingsOf = Annotated[Settings, Depends(settings_of)]
router = APIRouter(prefix="/registration", tags=["obligations"])

CodeInQuery = Annotated[FindingCode | None, Query(examples=["nobody_came"])]


class FindingView(BaseModel):
    """Something that a party owes and that is not so. A concern may name its code; none is raised by it."""

    party: str
    party_name: str
    code: FindingCode
    rule: str
    session: str | None = Field(description="the id of the session that it is about; null where it is about none")
    kind: str | None = Field(description="the session's")
    number: int | None = Field(description="the session's, among its kind")
    title: str | None = Field(description="the session's; null where it is held with one party")
    since: date | None = Field(description="the first day on which it was so; null where no day decides it")


@router.get("/programmes/{programme}/findings")
async def list_findings(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    settings: SettingsOf,
    _: Administrator,
    *,
    party: PartyInQuery = None,
    code: CodeInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[FindingView]:
    """List what of the parties' obligations is not met, by organisation number; of one party, or of one kind (R9, R10)."""
    delay = settings.attendance_asked_for_after
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        every = await obligations.found(connection, programme, party=party, days_until_recorded=delay)
    found = sorted((_view(it) for it in every if code in (None, it.finding.what)), key=_cursor)
    return page_of([it for it in found if _cursor(it) > (after or "")][: limit + 1], limit, _cursor)


def _cursor(it: FindingView) -> str:
    return f"{it.party}/{it.code}/{it.session or '-'}"


def _view(it: Found) -> FindingView:
    finding, session = it.finding, it.session
    return FindingView(
        party=it.party,
        party_name=it.party_name,
        code=finding.what,
        rule=RULES[finding.what],
        session=finding.session,
        kind=session.kind if session else None,
        number=session.number if session else None,
        title=session.title if session else None,
        since=finding.since,
    )
