"""A party's mapping of local actors, read and replaced as a whole (R4)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.mapping import repository as mappings
from services.registration.mapping.domain.mapping import MOST_ACTORS, Actor, Mapping
from services.registration.mapping.domain.mapping import Field as FieldOfSociety
from services.registration.mapping.use_cases.record_mapping import record_mapping
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared.database import Database
from shared.web.api import (
    Administrator,
    After,
    Body,
    DatabaseOf,
    Limit,
    Line,
    Page,
    PartyInPath,
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

router = APIRouter(prefix="/registration", tags=["mapping"])

MAPPING = "/programmes/{programme}/groups/{party}/mapping"
LONGEST = 1_000  # characters
Responsibility = Annotated[Prose, at_most(LONGEST), Field(json_schema_extra={"maxLength": LONGEST})]


class ActorBody(Body):
    """An organisation or an office; no person."""

    name: Line
    field: FieldOfSociety = Field(description="of society")
    responsibility: Responsibility = Field(description="for children's upbringing")


class MappingBody(Body):
    """All actors; those that were there before and are left out are gone."""

    model_config = example(
        actors=[
            {"name": "Molde bibliotek", "field": "culture", "responsibility": "Leseglede og møteplass for barn."},
            {"name": "Frivilligsentralen", "field": "volunteering", "responsibility": "Samordner lag og foreninger."},
        ]
    )

    actors: tuple[ActorBody, ...] = Field(max_length=MOST_ACTORS)


class ActorView(BaseModel):
    name: str
    field: FieldOfSociety
    responsibility: Words


class FieldsView(BaseModel):
    """How many actors there are in each field of society."""

    culture: int = 0
    education: int = 0
    health: int = 0
    upbringing: int = 0
    volunteering: int = 0
    church: int = 0
    business: int = 0
    other: int = 0


class MappingView(BaseModel):
    version: int = Field(description="0 before the first is recorded")
    programme: str
    party: str
    party_name: str
    actors: list[ActorView] | None = Field(description="null where they are lost, and to be recorded anew")
    fields: FieldsView
    recorded_on: date | None


class MappingRow(BaseModel):
    """A mapping in short."""

    version: int
    programme: str
    party: str
    party_name: str
    actors: int = Field(description="how many")
    fields: FieldsView
    recorded_on: date | None


@router.get(MAPPING)
async def show_mapping(
    programme: ProgrammeInPath, party: PartyInPath, database: DatabaseOf, _: Administrator
) -> MappingView:
    """Show which local actors a party has mapped, with the responsibility of each."""
    async with database.looking_up() as connection:
        await programmes.get(connection, programme)
        return await _shown(connection, await mappings.of_party(connection, programme, party))


@router.put(MAPPING, operation_id="record_mapping", dependencies=[if_match(Mapping)])
async def record(
    programme: ProgrammeInPath, party: PartyInPath, body: MappingBody, database: DatabaseOf, key: Administrator
) -> MappingView:
    """Record which local actors have which responsibility (R4)."""
    actors = [Actor(**vars(it)) for it in body.actors]
    return await view(database, await record_mapping(database, programme, party, actors, by=key.name))


@router.get("/programmes/{programme}/mappings")
async def list_mappings(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[MappingRow]:
    """List how many actors those who are accepted have mapped, by organisation number."""
    async with database.looking_up() as connection:
        found = await mappings.listed(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    rows = [MappingRow(**_of(it.mapping) | {"actors": it.mapping.size}, party_name=it.party_name) for it in found]
    return page_of(rows, limit, lambda it: it.party)


async def view(database: Database, it: Mapping) -> MappingView:
    async with database.reading() as connection:
        return await _shown(connection, it)


async def _shown(connection: AsyncConnection, it: Mapping) -> MappingView:
    party = await parties.get(connection, it.party)
    actors = None if it.actors is None else [ActorView(**vars(one)) for one in it.actors]
    return tagged(it, MappingView(**_of(it) | {"actors": actors}, party_name=party.name))


def _of(it: Mapping) -> dict[str, Any]:
    return vars(it) | {"fields": FieldsView.model_validate(it.fields)}
