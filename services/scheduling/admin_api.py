"""Scheduling's routes: the plan, and what becomes of its sessions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import MISSING, BaseModel, Field

from services.scheduling import repository
from services.scheduling.domain.expected import Expected
from services.scheduling.domain.plan import Reason
from services.scheduling.domain.plan_warning import Acceptance, WarningCode
from services.scheduling.domain.session import Format, Kind, Session, State
from services.scheduling.use_cases.cancel_session import cancel_session
from services.scheduling.use_cases.change_description import change_description
from services.scheduling.use_cases.complete_session import complete_session
from services.scheduling.use_cases.decide_format import decide_format
from services.scheduling.use_cases.give_instalment import give_instalment
from services.scheduling.use_cases.move_session import move_session
from services.scheduling.use_cases.plan_session import plan_session
from services.scheduling.use_cases.revoke_cancellation import revoke_cancellation
from services.scheduling.use_cases.revoke_completion import revoke_completion
from services.scheduling.use_cases.sharpen_session import sharpen_session
from shared.contracts.envelope import OrganisationNumber
from shared.database import Database
from shared.errors import NotFound
from shared.ids import new_id
from shared.web.api import (
    Administrator,
    After,
    AskOf,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Int,
    Limit,
    Line,
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
from shared.when import CLOCK_TIME, MONTH, MOST_ALTERNATIVES, When
from shared.when_text import when_text

router = APIRouter(prefix="/scheduling", tags=["sessions"])

IF_MATCH = if_match(Session)

ClockTime = Annotated[str, Field(pattern=CLOCK_TIME)]
Month = Annotated[str, Field(pattern=MONTH)]
MOST_CODES = 20
NAME = "null where there is no party, or its name is not known here yet"
KindInQuery = Annotated[Kind | None, Query(description="those of this kind", examples=["joint_session"])]
Number = Annotated[Int, Field(ge=1, le=99)]
Instalment = Annotated[Int, Field(ge=1, le=3)]
WHY = "why a published plan is revised by it (S6); of no effect where that does not change the plan"
ReasonField = Annotated[Reason, Field(description=WHY)]


class DaysBody(Body):
    """The clock times, Europe/Oslo, are those of the first and of the last day."""

    first: Day
    last: Day
    starts_at: ClockTime | None = Field(None, description="on the first day, in Norway")
    ends_at: ClockTime | None = Field(None, description="on the last day, in Norway")


class WeeksBody(Body):
    """ISO weeks of one year."""

    year: Annotated[Int, Field(ge=2000, le=2100)]
    first: Annotated[Int, Field(ge=1, le=53)]
    last: Annotated[Int, Field(ge=1, le=53)]


class WhenBody(Body):
    """As precise as it is known (S2). Several weeks, or several months, are alternatives."""

    days: DaysBody | None = None
    weeks: tuple[WeeksBody, ...] = Field((), max_length=MOST_ALTERNATIVES)
    months: tuple[Month, ...] = Field((), max_length=MOST_ALTERNATIVES, description="written as 2024-10")
    duration_minutes: Annotated[Int, Field(ge=1, le=6000)] | None = Field(None, description="in minutes")

    def when(self) -> When:
        return repository.WHEN.validate_python(self.model_dump())


class Heeded(Body):
    """Warnings speak against exact days (a public holiday): they are answered (409), and saved only when they are accepted."""

    accepted: tuple[WarningCode, ...] = Field(
        (), max_length=MOST_CODES, description="codes of warnings that were seen: it is saved nevertheless"
    )
    accepted_because: Line | None = Field(None, description="why; kept with who accepted them, and when")

    def acceptance(self) -> Acceptance:
        return Acceptance(codes=frozenset(self.accepted), because=self.accepted_because)


class NewSession(Heeded):
    model_config = example(
        kind="joint_session",
        format="physical",
        title="Fellessamling 1",
        number=1,
        instalment=1,
        when={"weeks": [{"year": 2024, "first": 39, "last": 39}]},
        venue="Scandic Hell",
        city="Stjørdal",
        meeting_link="https://mote.example/fellessamling-1",
    )

    kind: Kind
    format: Format
    title: Line
    number: Number | None = Field(None, description="among the sessions of its kind")
    instalment: Instalment | None = Field(None, description="the one that falls due when this is completed (B3)")
    when: WhenBody
    place: Line | None = Field(None, description="as text; follows from venue and city where one of these is given")
    venue: Line | None = Field(None, description="needed before one that carries an instalment is completed (S3)")
    city: Line | None = Field(None, description="needed as the venue is")
    meeting_link: Line | None = None
    party: OrganisationNumber | None = Field(None, description="of visits and contract meetings: with whom")
    reason: ReasonField = "other"


class NewDate(Heeded):
    model_config = example(
        when={"days": {"first": "2024-09-24", "last": "2024-09-25", "starts_at": "10:00", "ends_at": "15:00"}}
    )

    when: WhenBody
    reason: ReasonField = "other"


class NewFormat(Body):
    model_config = example(format="digital")

    format: Format
    reason: ReasonField = "other"


class NewInstalment(Body):
    model_config = example(instalment=2)

    instalment: Instalment | None = Field(description="null: it carries none any more")


class NewDescription(Body):
    """Only the fields that are given change."""

    model_config = example(title="Fellessamling 1 (oppstart)", venue="Kimen", city="Stjørdal")

    title: Line | MISSING = MISSING
    place: Line | MISSING | None = Field(MISSING, description="as text; follows from venue and city where one is said")
    venue: Line | MISSING | None = MISSING
    city: Line | MISSING | None = MISSING
    meeting_link: Line | MISSING | None = MISSING
    number: Number | MISSING | None = MISSING
    reason: ReasonField | MISSING = MISSING


class Reasoned(Body):
    """The body may be left out."""

    model_config = example()

    reason: ReasonField = "other"


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


@router.post("/programmes/{programme}/sessions", status_code=201, operation_id="plan_session")
async def plan(programme: ProgrammeInPath, body: NewSession, database: DatabaseOf, key: Administrator) -> SessionView:
    """Plan a session (S1, S2)."""
    given: dict[str, Any] = body.model_dump(exclude={"when", "reason", *Heeded.model_fields})
    planned = Session(id=new_id(), version=1, programme=programme, state="planned", when=body.when.when(), **given)
    session = await plan_session(database, planned, body.acceptance(), by=key.name, reason=body.reason)
    return await _shown(database, session, key)


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
        return await _shown(database, await repository.session(connection, id), key)


@router.post("/sessions/{id}/sharpening", operation_id="sharpen_session", dependencies=[IF_MATCH])
async def sharpen(id: IdInPath, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    """Say more precisely when a session is (S2)."""
    when, acceptance = body.when.when(), body.acceptance()
    session = await sharpen_session(database, id, when, acceptance, by=key.name, reason=body.reason)
    return await _shown(database, session, key)


@router.post("/sessions/{id}/move", operation_id="move_session", dependencies=[IF_MATCH])
async def move(id: IdInPath, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    """Move a session to another date."""
    when, acceptance = body.when.when(), body.acceptance()
    session = await move_session(database, id, when, acceptance, by=key.name, reason=body.reason)
    return await _shown(database, session, key)


@router.post("/sessions/{id}/format", operation_id="decide_format", dependencies=[IF_MATCH])
async def change_format(id: IdInPath, body: NewFormat, database: DatabaseOf, key: Administrator) -> SessionView:
    """Decide a session's format; one that becomes digital carries no instalment any more (S3, B6)."""
    return await _shown(database, await decide_format(database, id, body.format, by=key.name, reason=body.reason), key)


@router.post("/sessions/{id}/instalment", operation_id="give_instalment", dependencies=[IF_MATCH])
async def change_instalment(id: IdInPath, body: NewInstalment, database: DatabaseOf, key: Administrator) -> SessionView:
    """Say which instalment a session carries (B3)."""
    return await _shown(database, await give_instalment(database, id, body.instalment, by=key.name), key)


@router.patch("/sessions/{id}", operation_id="change_description", dependencies=[IF_MATCH])
async def describe(id: IdInPath, body: NewDescription, database: DatabaseOf, key: Administrator) -> SessionView:
    """Change a session's title, place, venue, city, link or number."""
    changes = body.model_dump()
    reason = changes.pop("reason", "other")
    return await _shown(database, await change_description(database, id, changes, by=key.name, reason=reason), key)


@router.post("/sessions/{id}/cancellation", operation_id="cancel_session", dependencies=[IF_MATCH])
async def cancel(id: IdInPath, database: DatabaseOf, key: Administrator, body: Reasoned | None = None) -> SessionView:
    """Cancel a session."""
    reason = body.reason if body else "other"
    return await _shown(database, await cancel_session(database, id, by=key.name, reason=reason), key)


@router.post("/sessions/{id}/cancellation-revoked", operation_id="revoke_cancellation", dependencies=[IF_MATCH])
async def revoke_the_cancellation(
    id: IdInPath, database: DatabaseOf, key: Administrator, body: Reasoned | None = None
) -> SessionView:
    """Revoke a cancellation; the instalment that it carried comes back with it, unless another carries it by now (B6)."""
    reason = body.reason if body else "other"
    return await _shown(database, await revoke_cancellation(database, id, by=key.name, reason=reason), key)


@router.post("/sessions/{id}/completion", operation_id="complete_session", dependencies=[IF_MATCH])
async def complete(
    id: IdInPath, database: DatabaseOf, ask: AskOf, key: Administrator, body: AsExpected | None = None
) -> SessionView:
    """Complete a session; the instalment that it carries falls due, for which venue and city are said first (S3, B3)."""
    expected = body.expected() if body else None
    return await _shown(database, await complete_session(database, ask, id, expected=expected, by=key.name), key)


@router.post("/sessions/{id}/completion-revoked", operation_id="revoke_completion", dependencies=[IF_MATCH])
async def revoke(
    id: IdInPath, database: DatabaseOf, ask: AskOf, key: Administrator, body: AsExpected | None = None
) -> SessionView:
    """Revoke a completion; what it alone made due is credited (S3, B5)."""
    expected = body.expected() if body else None
    return await _shown(database, await revoke_completion(database, ask, id, expected=expected, by=key.name), key)


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


async def _shown(database: Database, session: Session, key: Key) -> SessionView:
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
