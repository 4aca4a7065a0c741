"""Concerns about agreements: raised, listed, resolved (R10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.concern import Concern, FindingCode
from services.registration.agreements.domain.concern import State as ConcernsState
from services.registration.agreements.repository import ShownConcern
from services.registration.agreements.use_cases.raise_concern import raise_concern
from services.registration.agreements.use_cases.resolve_concern import resolve_concern
from services.registration.programmes import repository as programmes
from shared.database import Database
from shared.web.api import (
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Prose,
    Words,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter()

Side = Literal["council", "municipality"]
MOST = 20  # findings that a concern names


class NewConcern(Body):
    """What is not followed up (R10)."""

    model_config = example(raised_by="council", description="Gruppen møtte ikke til fellessamlingen.")

    raised_by: Side
    description: Prose
    raised_on: Day | None = Field(None, description="today, where it is left out")
    findings: Annotated[tuple[FindingCode, ...], Field(max_length=MOST)] = Field(
        default=(), description="codes of findings that it is about (`…/findings`)"
    )


class Resolution(Body):
    model_config = example(note="Gruppen har fått en ny møteplan.")

    note: Prose | None = None


class ConcernView(BaseModel):
    id: str
    version: int
    programme: str
    party: str
    party_name: str
    agreement: str
    raised_by: Side
    description: Words | None = Field(description="null where it is lost: raised once more, it is said anew")
    raised_on: date
    state: ConcernsState
    resolution_note: Words | None
    findings: list[FindingCode] = Field(description="that it named when it was raised")


@router.post("/agreements/{agreement}/concerns", status_code=201, operation_id="raise_concern")
async def raise_one(agreement: IdInPath, body: NewConcern, database: DatabaseOf, key: Administrator) -> ConcernView:
    """Raise a concern about an agreement (R10)."""
    concern, _ = await raise_concern(database, agreement, **vars(body), by=key.name)
    return await _shown(database, concern)


@router.get("/agreements/{agreement}/concerns")
async def list_concerns(
    agreement: IdInPath, database: DatabaseOf, _: Administrator, after: AfterId = None, limit: Limit = 100
) -> Page[ConcernView]:
    """List the concerns about an agreement in the order in which they were recorded."""
    async with database.looking_up() as connection:
        found = await agreements.listed_concerns(connection, agreement=agreement, after=after, limit=limit + 1)
        if not found:
            await agreements.get(connection, agreement)
    return page_of([_concern_view(it) for it in found], limit, lambda it: it.id)


@router.get("/programmes/{programme}/concerns", operation_id="list_concerns_of_programme")
async def list_concerns_of_programme(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Administrator,
    *,
    party: PartyInQuery = None,
    state: Annotated[ConcernsState | None, Query(examples=["raised"])] = None,
    after: AfterId = None,
    limit: Limit = 100,
) -> Page[ConcernView]:
    """List a programme's concerns in the order in which they were recorded; those about a party, or in a state (R10)."""
    async with database.looking_up() as connection:
        found = await agreements.listed_concerns(
            connection, programme=programme, party=party, state=state, after=after, limit=limit + 1
        )
        if not found:
            await programmes.get(connection, programme)
    return page_of([_concern_view(it) for it in found], limit, lambda it: it.id)


@router.post("/concerns/{concern}/resolution", operation_id="resolve_concern", dependencies=[if_match(Concern)])
async def resolve(
    concern: IdInPath, database: DatabaseOf, key: Administrator, body: Resolution | None = None
) -> ConcernView:
    """Resolve a concern (R10)."""
    resolved, _ = await resolve_concern(database, concern, body.note if body else None, by=key.name)
    return await _shown(database, resolved)


async def _shown(database: Database, it: Concern) -> ConcernView:
    async with database.reading() as connection:
        found = await agreements.shown_concern(connection, it.id)
    return tagged(found.concern, _concern_view(found), found.state)


def _concern_view(it: ShownConcern) -> ConcernView:
    said = vars(it.concern)
    return ConcernView.model_validate(
        {name: said[name] for name in ConcernView.model_fields if name in said}
        | {"state": it.state, "programme": it.programme, "party": it.party, "party_name": it.party_name}
    )
