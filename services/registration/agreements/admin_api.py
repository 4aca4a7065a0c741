"""Agreements: their signatures, concerns about them, and their end."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Role
from services.registration.agreements.domain.concern import Concern
from services.registration.agreements.use_cases.end_agreement import end_agreement
from services.registration.agreements.use_cases.raise_concern import raise_concern
from services.registration.agreements.use_cases.resolve_concern import resolve_concern
from services.registration.agreements.use_cases.send_agreement import send_agreement
from services.registration.agreements.use_cases.sign_agreement import sign_agreement
from services.registration.agreements.use_cases.take_end_back import take_end_back
from services.registration.agreements.use_cases.terminate_agreement import terminate_agreement
from services.registration.people import repository as people
from services.registration.people.admin_api import ContactBody
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId, OrganisationNumber
from shared.database import Database
from shared.web.api import Administrator, After, Body, DatabaseOf, Day, Limit, Line, Page, Prose, page_of

router = APIRouter(prefix="/registration", tags=["agreements"])

Side = Literal["council", "municipality"]


class NewAgreement(Body):
    """A municipality's is signed by council_director, municipal_director and head_of_culture_school; a county
    branch's by council_director and leader (A4)."""

    party: OrganisationNumber
    period_start: Day
    period_end: Day
    signatories: dict[Role, ContactBody]


class NewSignature(Body):
    signatory: Role
    place: Line
    signed_on: Day


class NewConcern(Body):
    """Without `raised_on` it is today."""

    raised_by: Side
    description: Prose
    raised_on: Day | None = None


class Resolution(Body):
    note: Prose | None = None


class Termination(Body):
    """`ends_on` is the first day on which the agreement is no longer in force."""

    concern: EntityId
    ends_on: Day
    note: Prose | None = None


class End(Body):
    """`ends_on` is the first day on which the agreement is no longer in force."""

    ends_on: Day
    reason: Prose


class TakenBack(Body):
    reason: Prose | None = None


class SignatoryView(BaseModel):
    signatory: Role
    name: str
    email: str
    place: str | None
    signed_on: date | None


class AgreementView(BaseModel):
    id: str
    version: int
    programme: str
    party: str
    period_start: date
    period_end: date
    fee_ore: int
    payer_reference: str
    signatories: list[SignatoryView]
    signed_on: date | None
    ends_on: date | None
    kind_of_end: Literal["terminated", "agreed"] | None
    end_note: str | None


class ConcernView(BaseModel):
    id: str
    version: int
    agreement: str
    raised_by: Side
    description: str
    raised_on: date
    state: Literal["raised", "resolved", "terminated"]
    resolution_note: str | None


@router.post("/programmes/{programme}/agreements", status_code=201)
async def send(programme: str, body: NewAgreement, database: DatabaseOf, key: Administrator) -> AgreementView:
    sent = await send_agreement(
        database,
        programme,
        body.party,
        period_start=body.period_start,
        period_end=body.period_end,
        signatories={role: it.contact() for role, it in body.signatories.items()},
        by=key.name,
    )
    return await view(database, sent)


@router.get("/programmes/{programme}/agreements")
async def show_agreements(
    programme: str, database: DatabaseOf, _: Administrator, after: After = None, limit: Limit = 100
) -> Page[AgreementView]:
    """In the order in which they were sent."""
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        found = await agreements.all_after(connection, programme, after, limit)
        views = [await _view(connection, it) for it in found]
    return page_of(views, limit, lambda it: it.id)


@router.get("/agreements/{agreement}")
async def show_agreement(agreement: str, database: DatabaseOf, _: Administrator) -> AgreementView:
    async with database.reading() as connection:
        return await _view(connection, await agreements.get(connection, agreement))


@router.post("/agreements/{agreement}/signatures")
async def sign(agreement: str, body: NewSignature, database: DatabaseOf, key: Administrator) -> AgreementView:
    signed = await sign_agreement(
        database, agreement, body.signatory, place=body.place, signed_on=body.signed_on, by=key.name
    )
    return await view(database, signed)


@router.post("/agreements/{agreement}/concerns", status_code=201)
async def raise_one(agreement: str, body: NewConcern, database: DatabaseOf, key: Administrator) -> ConcernView:
    concern, about = await raise_concern(database, agreement, **vars(body), by=key.name)
    return concern_view(concern, about)


@router.get("/agreements/{agreement}/concerns")
async def show_concerns(agreement: str, database: DatabaseOf, _: Administrator) -> list[ConcernView]:
    async with database.reading() as connection:
        about = await agreements.get(connection, agreement)
        return [concern_view(it, about) for it in await agreements.concerns(connection, agreement)]


@router.post("/concerns/{concern}/resolution")
async def resolve(concern: str, body: Resolution, database: DatabaseOf, key: Administrator) -> ConcernView:
    resolved, about = await resolve_concern(database, concern, body.note, by=key.name)
    return concern_view(resolved, about)


@router.post("/agreements/{agreement}/termination")
async def terminate(agreement: str, body: Termination, database: DatabaseOf, key: Administrator) -> AgreementView:
    return await view(database, await terminate_agreement(database, agreement, **vars(body), by=key.name))


@router.post("/agreements/{agreement}/end")
async def end(agreement: str, body: End, database: DatabaseOf, key: Administrator) -> AgreementView:
    return await view(database, await end_agreement(database, agreement, **vars(body), by=key.name))


@router.post("/agreements/{agreement}/end-taken-back")
async def take_back(agreement: str, body: TakenBack, database: DatabaseOf, key: Administrator) -> AgreementView:
    return await view(database, await take_end_back(database, agreement, body.reason, by=key.name))


async def view(database: Database, it: Agreement) -> AgreementView:
    async with database.reading() as connection:
        return await _view(connection, it)


async def _view(connection: AsyncConnection, it: Agreement) -> AgreementView:
    known = await people.of_ids(connection, [one.person for one in it.signatories])
    signatories = [
        SignatoryView(
            signatory=one.role,
            name=known[one.person].name,
            email=known[one.person].email,
            place=one.place,
            signed_on=one.signed_on,
        )
        for one in it.signatories
    ]
    return AgreementView(
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        period_start=it.period_start,
        period_end=it.period_end,
        fee_ore=it.fee_ore,
        payer_reference=it.payer_reference,
        signatories=signatories,
        signed_on=it.signed_on,
        ends_on=it.ends_on,
        kind_of_end=it.kind_of_end,
        end_note=it.end_note,
    )


def concern_view(it: Concern, about: Agreement) -> ConcernView:
    return ConcernView(
        id=it.id,
        version=it.version,
        agreement=it.agreement,
        raised_by=it.raised_by,
        description=it.description,
        raised_on=it.raised_on,
        state=it.state(about),
        resolution_note=it.resolution_note,
    )
