"""What operations teams ask of every service: health, state, parked messages, republishing, and the simulated clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Protocol

import nats.errors
from fastapi import APIRouter, Request, Response
from nats.aio.client import Client
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.contracts.catalogue import EVENT_TYPES, stream_of
from shared.errors import RuleBroken
from shared.messaging import marks, parking, relay, set_aside
from shared.messaging.condition import BROKER, CONSUMERS, DATABASE, SERVICE, Condition
from shared.messaging.due_work import Work
from shared.messaging.guard import Guard
from shared.messaging.missing import FindMissing, Missing
from shared.messaging.watchdog import consumer_info
from shared.web import evidence, parked, subscribers
from shared.web.api import (
    Administrator,
    After,
    Body,
    DatabaseOf,
    Limit,
    Operator,
    Page,
    Reader,
    View,
    example,
    page_of,
)
from shared.web.changed import list_changes
from shared.web.declined import Declined
from shared.web.own_key import show_own_key
from shared.web.refusals import Refusals

LATEST = datetime(2100, 12, 31, tzinfo=UTC)  # of a simulated clock; every day that is reckoned from it still exists


class Service(Protocol):
    """The part of shared/service.py that these routes use."""

    name: str
    streams: Sequence[str]
    work: Sequence[Work]
    missing: Sequence[FindMissing]
    client: Client | None
    guard: Guard
    unknown_migrations: Sequence[str]
    refusals: Refusals

    async def condition(self) -> Condition: ...


class Liveness(BaseModel):
    live: Literal[True] = True


class FaultView(BaseModel):
    """Something that is away, missing or refuses."""

    part: str = Field(description="service, database, broker, stream, consumers, publishing or mail")
    reason: str = Field(description="for people; also what to do, where something is to be done")


class UnknownEventView(BaseModel):
    """An event that was told or acknowledged by the service, and that its database does not know."""

    stream: str
    sequence: int
    event_id: str = Field(description="or the body's SHA-256 where it has none")
    type: str
    known: str = Field(description="what the database knows instead")


class Readiness(BaseModel):
    """Whether a service serves. It is not ready while it starts, its database is silent, or older than what was told."""

    ready: bool
    degraded: bool = Field(description="it serves, while something else is away, missing or refuses")
    faults: list[FaultView] = Field(description="why it is not ready, or degraded")
    older: list[UnknownEventView] = Field(description="what shows that the database is older than what was told")
    broker: bool
    database: bool
    consumers: bool = Field(description="the service's own, on the broker")


class ClockView(BaseModel):
    simulated: bool
    now: datetime = Field(description="what the domain calls now")
    today: date = Field(description="the day that this is in Norway")


class StateView(BaseModel):
    """What is still to be done. At rest all numbers but `mails_unsent`, `set_aside`, `approvals`, `unbilled` and `parked` are zero, nothing is at fault, and no stream moves."""

    service: str
    unsent: int = Field(description="events that the stream has not acknowledged yet")
    oldest_unsent: datetime | None = Field(description="when the oldest of them was added, in real time")
    lag: int = Field(description="events pending, or delivered and not acknowledged")
    marks: int = Field(description="what is to be looked at again, or to be done because a day has come")
    oldest_mark: datetime | None = Field(description="when the oldest of them was left, in real time")
    mails: int = Field(description="mails that could be sent now")
    mails_unsent: int = Field(description="mails that wait, with those that the mail server put off")
    oldest_mail: datetime | None = Field(description="when the oldest of these was queued, in real time")
    set_aside: int = Field(description="what cannot be worked off (`/operations/set-aside`); it does not disturb rest")
    oldest_set_aside: datetime | None = Field(description="since when the oldest of it is, in real time")
    approvals: int = Field(description="documents that wait until somebody approves them; they do not disturb rest")
    oldest_approval: datetime | None = Field(description="since when the oldest of them waits, in real time")
    unbilled: int = Field(
        description="instalments that were delivered twenty days ago, or earlier, and are not invoiced; they do not disturb rest"
    )
    oldest_unbilled: date | None = Field(description="since when the oldest of them is delivered, a day in Norway")
    parked: int = Field(description="messages that could not be handled")
    oldest_parked: datetime | None = Field(description="when the oldest of them was parked, in real time")
    refused: int = Field(description="requests without a valid key that this process had since its start")
    last_sequence: int = Field(description="of the service's own stream")
    faults: list[FaultView] = Field(description="why the service is not ready, or degraded; at rest there is none")
    older: list[UnknownEventView] = Field(description="what shows that the database is older than what was told")
    unknown_migrations: list[str] = Field(
        description="that a newer version has run; they only add, and this version goes on beside them"
    )
    clock: ClockView


class MissingView(View):
    """Something that lacks fields since the database was recovered from events, which carry no person and no prose."""

    entity: str = Field(description="what it is: `session`")
    id: str
    programme: str | None = Field(description="the programme's code; null where it is of none")
    party: str | None = Field(description="the party's organisation number; null where it is of none")
    fields: list[str] = Field(description="what is to be said anew")


class ClockMove(Body):
    model_config = example(now="2024-10-15T12:00:00+02:00")

    now: Annotated[AwareDatetime, Field(le=LATEST)]


class Republish(Body):
    model_config = example()

    type: str | None = Field(
        None, max_length=60, description="what happened: `invoice.issued`; all where it is left out"
    )


class Count(BaseModel):
    count: int


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def routes(*, simulated_clock: bool, has_projections: bool) -> APIRouter:
    router = APIRouter(tags=["operations"])
    router.get("/health/live")(check_liveness)
    router.get("/health/ready", responses={503: {"model": Readiness, "description": "Not ready"}})(check_readiness)
    router.get("/key")(show_own_key)
    router.get("/operations/state")(show_state)
    router.get("/operations/clock")(show_clock)
    parked.add_to(router)
    router.get("/operations/missing")(list_what_is_missing)
    router.get("/operations/changes")(list_changes)
    evidence.add_to(router, has_projections=has_projections)
    subscribers.add_to(router)
    router.post("/operations/republish")(republish_events)
    if simulated_clock:
        router.post("/operations/clock")(move_clock)
    return router


async def check_liveness() -> Liveness:
    """Say whether the process runs."""
    return Liveness()


async def check_readiness(request: Request, response: Response) -> Readiness:
    """Say whether the service serves, and what it has to do without meanwhile."""
    service = service_of(request)
    condition = await service.condition()
    is_ready = not condition.not_ready
    response.status_code = 200 if is_ready else 503
    return Readiness(
        ready=is_ready,
        degraded=is_ready and bool(condition.degraded),
        faults=_faults(condition),
        older=_older(service.guard),
        broker=not condition.lacks(SERVICE, BROKER),
        database=not condition.lacks(DATABASE),
        consumers=not condition.lacks(SERVICE, BROKER, CONSUMERS),
    )


async def show_state(request: Request, database: DatabaseOf, _: Reader) -> StateView:
    """Show what is still to be done."""
    # Read in the order in which work travels (mark, mail, outbox, stream): what moves on meanwhile is counted at least once.
    service = service_of(request)
    async with database.reading() as connection:
        marked, oldest = await marks.count_and_oldest(connection)
    marked += sum([await work.due() for work in service.work if work.due is not None])
    mails = [await work.mails() for work in service.work if work.mails is not None]
    approvals = [await work.approvals() for work in service.work if work.approvals is not None]
    unbilled = [await work.unbilled() for work in service.work if work.unbilled is not None]
    unsent, oldest_unsent = await relay.count_unsent_and_oldest(database)
    lag, last = await _lag_and_last_sequence(service)
    async with database.reading() as connection:
        parked, oldest_parked = await parking.count_and_oldest(connection)
        aside, oldest_aside = await set_aside.count_and_oldest(connection)
        shown = await _clock(connection)
    return StateView(
        service=service.name,
        unsent=unsent,
        oldest_unsent=oldest_unsent,
        lag=lag,
        marks=marked,
        oldest_mark=oldest,
        mails=sum(it.sendable for it in mails),
        mails_unsent=sum(it.unsent for it in mails),
        oldest_mail=min((it.oldest for it in mails if it.oldest), default=None),
        set_aside=aside,
        oldest_set_aside=oldest_aside,
        approvals=sum(count for count, _ in approvals),
        oldest_approval=min((oldest for _, oldest in approvals if oldest), default=None),
        unbilled=sum(count for count, _ in unbilled),
        oldest_unbilled=min((oldest for _, oldest in unbilled if oldest), default=None),
        parked=parked,
        oldest_parked=oldest_parked,
        refused=service.refusals.total,
        last_sequence=last,
        faults=_faults(await service.condition()),
        older=_older(service.guard),
        unknown_migrations=list(service.unknown_migrations),
        clock=shown,
    )


async def show_clock(database: DatabaseOf, _: Reader) -> ClockView:
    """Show what the domain calls now, and which day that is: what is past or late is so by it."""
    async with database.reading() as connection:
        return await _clock(connection)


async def _clock(connection: AsyncConnection) -> ClockView:
    now = await clock.now(connection)
    return ClockView(simulated=await clock.is_simulated(connection), now=now, today=clock.day_of(now))


def _faults(condition: Condition) -> list[FaultView]:
    return [FaultView(part=it.part, reason=it.reason) for it in (*condition.not_ready, *condition.degraded)]


def _older(guard: Guard) -> list[UnknownEventView]:
    return [
        UnknownEventView(
            stream=it.event.stream,
            sequence=it.event.sequence,
            event_id=it.event.id,
            type=it.event.type,
            known=it.known,
        )
        for it in guard.older
    ]


async def _lag_and_last_sequence(service: Service) -> tuple[int, int]:
    """The lag of the service's durables, and the last sequence of its own stream."""
    if service.client is None or not service.client.is_connected:
        raise Declined(503, "NATS does not answer right now", code="nats_is_away")
    try:
        infos = [await consumer_info(service.client, stream, service.name) for stream in service.streams]
        last = (await service.client.jsm().stream_info(stream_of(service.name))).state.last_seq
    except (TimeoutError, nats.errors.Error) as error:
        raise Declined(503, "NATS does not answer right now", code="nats_is_away") from error
    if None in infos:
        raise Declined(503, "a consumer of this service is missing", code="consumer_is_missing")
    return sum((info.num_pending or 0) + (info.num_ack_pending or 0) for info in infos if info), last


async def list_what_is_missing(
    request: Request, database: DatabaseOf, _: Administrator, after: After = None, limit: Limit = 50
) -> Page[MissingView]:
    """List what is missing since the database was recovered, until someone says it anew.

    What never made an event cannot be listed: a signature before the last, say.
    """
    async with database.reading() as connection:
        found = [it for find in service_of(request).missing for it in await find(connection)]
    found = sorted(found, key=_cursor)
    start = next((n for n, it in enumerate(found) if _cursor(it) > (after or "")), len(found))
    return page_of(found[start : start + limit + 1], limit, _cursor)


def _cursor(it: Missing) -> str:
    return f"{it.entity}/{it.id}"


async def republish_events(request: Request, database: DatabaseOf, _: Operator, body: Republish | None = None) -> Count:
    """Send this service's events again; only handlers that have not had one will take it."""
    types = None
    if body is not None and body.type is not None:
        name = service_of(request).name
        types = [it.type for it in EVENT_TYPES if it.publisher == name and it.name == body.type]
        if not types:
            msg = f"{name} publishes no such event"
            raise RuleBroken(msg, code="no_such_event", field="type")
    return Count(count=await relay.republish(database, types))


async def move_clock(body: ClockMove, database: DatabaseOf, _: Operator) -> ClockView:
    """Set the simulated clock; it only moves forward."""
    async with database.transaction() as connection:
        await clock.move(connection, body.now)
    return ClockView(simulated=True, now=body.now, today=clock.day_of(body.now))
