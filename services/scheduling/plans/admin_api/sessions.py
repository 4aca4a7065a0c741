"""Sessions that come into a plan, get another date or format, or leave it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import MISSING, Field

from services.scheduling.circumstances.admin_api import Heeded
from services.scheduling.plans.admin_api.bodies import ReasonField, WhenBody
from services.scheduling.plans.use_cases.cancel_session import cancel_session
from services.scheduling.plans.use_cases.change_description import change_description
from services.scheduling.plans.use_cases.decide_format import decide_format
from services.scheduling.plans.use_cases.move_session import move_session
from services.scheduling.plans.use_cases.plan_session import plan_session
from services.scheduling.plans.use_cases.revoke_cancellation import revoke_cancellation
from services.scheduling.plans.use_cases.sharpen_session import sharpen_session
from services.scheduling.sessions.admin_api import IF_MATCH, Instalment, SessionView, shown
from services.scheduling.sessions.domain.session import Format, Kind, Session
from shared.contracts.envelope import OrganisationNumber
from shared.ids import new_id
from shared.web.api import Administrator, Body, DatabaseOf, IdInPath, Int, Line, ProgrammeInPath, example

router = APIRouter(prefix="/scheduling", tags=["sessions"])

Number = Annotated[Int, Field(ge=1, le=99)]


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


class TakenBack(Heeded):
    """The body may be left out. What speaks against the session's exact days is answered (409)."""

    model_config = example()

    reason: ReasonField = "other"


@router.post("/programmes/{programme}/sessions", status_code=201, operation_id="plan_session")
async def plan(programme: ProgrammeInPath, body: NewSession, database: DatabaseOf, key: Administrator) -> SessionView:
    """Plan a session (S1, S2)."""
    given: dict[str, Any] = body.model_dump(exclude={"when", "reason", *Heeded.model_fields})
    planned = Session(id=new_id(), version=1, programme=programme, state="planned", when=body.when.when(), **given)
    session = await plan_session(database, planned, body.acceptance(), by=key.name, reason=body.reason)
    return await shown(database, session, key)


@router.post("/sessions/{id}/sharpening", operation_id="sharpen_session", dependencies=[IF_MATCH])
async def sharpen(id: IdInPath, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    """Say more precisely when a session is (S2)."""
    when, acceptance = body.when.when(), body.acceptance()
    session = await sharpen_session(database, id, when, acceptance, by=key.name, reason=body.reason)
    return await shown(database, session, key)


@router.post("/sessions/{id}/move", operation_id="move_session", dependencies=[IF_MATCH])
async def move(id: IdInPath, body: NewDate, database: DatabaseOf, key: Administrator) -> SessionView:
    """Move a session to another date."""
    when, acceptance = body.when.when(), body.acceptance()
    session = await move_session(database, id, when, acceptance, by=key.name, reason=body.reason)
    return await shown(database, session, key)


@router.post("/sessions/{id}/format", operation_id="decide_format", dependencies=[IF_MATCH])
async def change_format(id: IdInPath, body: NewFormat, database: DatabaseOf, key: Administrator) -> SessionView:
    """Decide a session's format; one that becomes digital carries no instalment any more (S3, B6)."""
    return await shown(database, await decide_format(database, id, body.format, by=key.name, reason=body.reason), key)


@router.patch("/sessions/{id}", operation_id="change_description", dependencies=[IF_MATCH])
async def describe(id: IdInPath, body: NewDescription, database: DatabaseOf, key: Administrator) -> SessionView:
    """Change a session's title, place, venue, city, link or number."""
    changes = body.model_dump()
    reason = changes.pop("reason", "other")
    return await shown(database, await change_description(database, id, changes, by=key.name, reason=reason), key)


@router.post("/sessions/{id}/cancellation", operation_id="cancel_session", dependencies=[IF_MATCH])
async def cancel(id: IdInPath, database: DatabaseOf, key: Administrator, body: Reasoned | None = None) -> SessionView:
    """Cancel a session."""
    reason = body.reason if body else "other"
    return await shown(database, await cancel_session(database, id, by=key.name, reason=reason), key)


@router.post("/sessions/{id}/cancellation-revoked", operation_id="revoke_cancellation", dependencies=[IF_MATCH])
async def revoke_the_cancellation(
    id: IdInPath, database: DatabaseOf, key: Administrator, body: TakenBack | None = None
) -> SessionView:
    """Revoke a cancellation; the instalment that it carried comes back with it, unless another carries it by now (B6)."""
    it = body or TakenBack()
    session = await revoke_cancellation(database, id, it.acceptance(), by=key.name, reason=it.reason)
    return await shown(database, session, key)
