"""Sessions as they stand, which instalment each carries, and that it was held."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.expected import Expected
from services.scheduling.sessions.domain.session import Format, Kind, Session, State
from services.scheduling.sessions.use_cases.complete_session import complete_session
from services.scheduling.sessions.use_cases.give_instalment import give_instalment
from services.scheduling.sessions.use_cases.revoke_completion import revoke_completion
from shared.database import Database
from shared.errors import NotFound
from shared.web.api import (
    Administrator,
    After,
    AskOf,
    Body,
    DatabaseOf,
    IdInPath,
    Int,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    ProgrammeInQuery,
    Reader,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.web.keys import Key
from shared.when import When
from shared.when_text import when_text

router = APIRouter(prefix="/scheduling", tags=["sessions"])

IF_MATCH = if_match(Session)

NAME = "null where there is no party, or its name is not known here yet"
KindInQuery = Annotated[Kind | None, Query(description="those of this kind", examples=["joint_session"])]
Instalment = Annotated[Int, Field(ge=1, le=3)]


class NewInstalment(Body):
    model_config = example(instalment=2)

    instalment: Instalment | None = Field(description="null: it carries none any more")


class ExpectedBody(Body):
    """What billing's preview shows; where it would issue anything else by now, nothing is changed (409 with the new figures)."""

    invoices: Annotated[Int, Field(ge=0, le=999_999)]
    credit_notes: Annotated[Int, Field(ge=0, le=999_999)]
    total_ore: Annotated[Int, Field(ge=-(10**12), le=10**12)] = Field(
        description="what is invoiced less what is credited"
    )


class AsExpected(Body):
    """The body may be left out. `expect` guards against a page that is out of date; it is no lock."""

    model_config = example()

    expect: ExpectedBody | None = Field(
        None, description="of a joint session; null: whatever would be issued, and billing is not asked"
    )

    def expected(self) -> Expected | None:
        return Expected(**self.expect.model_dump()) if self.expect else None


class SessionView(BaseModel):
    id: str
    version: int
    programme: str
    party: str | None
    party_name: str | None = Field(description=NAME)
    kind: Kind
    format: Format
    title: str | None = Field(description="of visits and contract meetings: for administrators")
    number: int | None
    instalment: int | None
    when: When
    when_text: str = Field(description="in bokmål, with the precision that it has")
    place: str | None = Field(
        description="venue and city, or other text; of visits and contract meetings: for administrators"
    )
    venue: str | None = Field(description="of visits and contract meetings: for administrators")
    city: str | None = Field(description="of visits and contract meetings: for administrators")
    meeting_link: str | None = Field(description="for administrators")
    state: State
    freed_instalment: int | None = Field(
        description="what it carried until it was cancelled; once that is revoked, only where another session carries it by now"
    )


class Summary(BaseModel):
    """Joint sessions only (S1)."""

    physical_sessions_completed: int
    digital_sessions_completed: int


@router.get("/programmes/{programme}/sessions")
async def show_plan(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    key: Reader,
    *,
    kind: KindInQuery = None,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = 200,
) -> Page[SessionView]:
    """Show a programme's sessions in order of time; those of a kind, or with a party."""
    async with database.looking_up() as connection:
        found = await repository.of_programme(connection, programme, kind=kind, party=party)
        if not found:
            await repository.check_programme_is_known(connection, programme)
    start = next((n for n, it in enumerate(found, 1) if it.session.id == after), 0)
    if after and not start:
        msg = "the programme has no such session"
        raise NotFound(msg, code="no_such_session", field="after")
    return page_of([view(*it, key) for it in found[start : start + limit + 1]], limit, lambda it: it.id)


@router.get("/sessions/{id}")
async def show_session(id: IdInPath, database: DatabaseOf, key: Reader) -> SessionView:
    """Show a session."""
    async with database.reading() as connection:
        return await shown(database, await repository.session(connection, id), key)


@router.post("/sessions/{id}/instalment", operation_id="give_instalment", dependencies=[IF_MATCH])
async def change_instalment(id: IdInPath, body: NewInstalment, database: DatabaseOf, key: Administrator) -> SessionView:
    """Say which instalment a session carries (B3)."""
    return await shown(database, await give_instalment(database, id, body.instalment, by=key.name), key)


@router.post("/sessions/{id}/completion", operation_id="complete_session", dependencies=[IF_MATCH])
async def complete(
    id: IdInPath, database: DatabaseOf, ask: AskOf, key: Administrator, body: AsExpected | None = None
) -> SessionView:
    """Complete a session; the instalment that it carries falls due, for which venue and city are said first (S3, B3)."""
    expected = body.expected() if body else None
    return await shown(database, await complete_session(database, ask, id, expected=expected, by=key.name), key)


@router.post("/sessions/{id}/completion-revoked", operation_id="revoke_completion", dependencies=[IF_MATCH])
async def revoke(
    id: IdInPath, database: DatabaseOf, ask: AskOf, key: Administrator, body: AsExpected | None = None
) -> SessionView:
    """Revoke a completion; what it alone made due is credited (S3, B5)."""
    expected = body.expected() if body else None
    return await shown(database, await revoke_completion(database, ask, id, expected=expected, by=key.name), key)


@router.get("/summary", responses={404: {}})
async def show_summary(programme: ProgrammeInQuery, database: DatabaseOf, _: Reader) -> Summary:
    """Show how many sessions of a programme were completed."""
    async with database.reading() as connection:
        await repository.check_programme_is_known(connection, programme)
        completed = await repository.completed_joint_sessions(connection, programme)
    return Summary(
        physical_sessions_completed=completed.get("physical", 0),
        digital_sessions_completed=completed.get("digital", 0),
    )


async def shown(database: Database, session: Session, key: Key) -> SessionView:
    """A session as it is now, since it was changed."""
    async with database.reading() as connection:
        it = await repository.named(connection, session.id)
    return _view(it, key)


def _view(it: repository.Named, key: Key) -> SessionView:
    return tagged(it.session, view(*it, key))


def view(session: Session, party_name: str | None, key: Key) -> SessionView:
    """What stands in no event is not for readers either."""
    hidden: dict[str, None] = {}
    if not key.may("administrator"):
        hidden = dict.fromkeys(
            ("title", "place", "venue", "city", "meeting_link") if session.party else ("meeting_link",)
        )
    return SessionView(**vars(session) | hidden, party_name=party_name, when_text=when_text(session.when))
