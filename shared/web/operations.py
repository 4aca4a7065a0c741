"""What operations teams ask of every service: health, state, parked messages, republishing, and the simulated clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

import nats.errors
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from nats.aio.client import Client
from pydantic import AwareDatetime, BaseModel

from shared import clock
from shared.contracts.catalogue import EVENT_TYPES, Unreadable, stream_of
from shared.database import is_passing
from shared.errors import Conflict, RuleBroken
from shared.messaging import marks, parking, relay
from shared.messaging.batch import Batches
from shared.messaging.due_work import Work
from shared.messaging.watchdog import consumer_info
from shared.web.api import Administrator, After, Body, DatabaseOf, Limit, Operator, Page, Reader, page_of


class Service(Protocol):
    """So much of a service as is asked about here (shared/service.py)."""

    name: str
    streams: Sequence[str]
    work: Sequence[Work]
    batches: Batches
    client: Client | None

    async def readiness(self) -> dict[str, bool]: ...


class ClockView(BaseModel):
    simulated: bool
    now: datetime


class StateView(BaseModel):
    """What is still to be done. At rest all but `parked` are zero, and no stream moves."""

    service: str
    unsent: int  # events not yet acknowledged by the stream
    lag: int  # events pending, or delivered and not acknowledged
    marks: int  # what is to be looked at again
    oldest_mark: datetime | None  # when the oldest of them was left, in real time
    mails: int  # mails that could be sent now
    parked: int
    last_sequence: int  # of the service's own stream
    clock: ClockView


class ParkedView(BaseModel):
    key: str
    state: str
    subject: str
    type: str | None
    reason: str
    error: str
    attempts: int
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    body: str | None = None


class ClockMove(Body):
    now: AwareDatetime


class Republish(Body):
    type: str | None = None  # "invoice.issued"; all where it is left out


class Count(BaseModel):
    count: int


class Replayed(BaseModel):
    replayed: int
    failed: int  # and still parked


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def routes(*, simulated_clock: bool) -> APIRouter:
    router = APIRouter(tags=["operations"])
    router.get("/health/live")(live)
    router.get("/health/ready")(ready)
    router.get("/operations/state")(state)
    router.get("/operations/parked")(parked)
    router.get("/operations/parked/{key}")(parked_one)
    router.post("/operations/parked/replay")(replay_all)
    router.post("/operations/parked/{key}/replay")(replay)
    router.post("/operations/parked/{key}/discard")(discard)
    router.post("/operations/republish")(republish)
    if simulated_clock:
        router.post("/operations/clock")(move_clock)
    return router


async def live() -> dict[str, bool]:
    """The process runs."""
    return {"live": True}


async def ready(request: Request) -> JSONResponse:
    """Broker, database and own consumers are there."""
    parts = await service_of(request).readiness()
    is_ready = all(parts.values())
    return JSONResponse({"ready": is_ready, **parts}, 200 if is_ready else 503)


async def state(request: Request, database: DatabaseOf, _: Reader) -> StateView:
    """Read in the order in which an event goes its way, so that one on its way is seen somewhere."""
    service = service_of(request)
    async with database.reading() as connection:
        marked, oldest = await marks.count_and_oldest(connection)
    mails = sum([await work.mails() for work in service.work if work.mails is not None])
    unsent = await relay.count_unsent(database)
    lag, last = await _of_the_broker(service)
    async with database.reading() as connection:
        parked = await parking.count(connection)
        simulated = await clock.is_simulated(connection)
        now = await clock.now(connection)
    return StateView(
        service=service.name,
        unsent=unsent,
        lag=lag,
        marks=marked,
        oldest_mark=oldest,
        mails=mails,
        parked=parked,
        last_sequence=last,
        clock=ClockView(simulated=simulated, now=now),
    )


async def _of_the_broker(service: Service) -> tuple[int, int]:
    """The lag of the service's durables, and the last sequence of its own stream."""
    if service.client is None or not service.client.is_connected:
        raise HTTPException(503, "NATS does not answer right now")
    try:
        infos = [await consumer_info(service.client, stream, service.name) for stream in service.streams]
        last = (await service.client.jsm().stream_info(stream_of(service.name))).state.last_seq
    except (TimeoutError, nats.errors.Error) as error:
        raise HTTPException(503, "NATS does not answer right now") from error
    if None in infos:
        raise HTTPException(503, "a consumer of this service is missing")
    return sum((info.num_pending or 0) + (info.num_ack_pending or 0) for info in infos if info), last


async def parked(
    database: DatabaseOf,
    _: Administrator,
    *,
    state: Annotated[str | None, Query()] = parking.PARKED,
    type: Annotated[str | None, Query()] = None,
    reason: Annotated[str | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ParkedView]:
    async with database.reading() as connection:
        found = await parking.listed(connection, state=state, type=type, reason=reason, after=after, limit=limit + 1)
    return page_of([_view(it) for it in found], limit, lambda it: it.key)


async def parked_one(key: str, database: DatabaseOf, _: Administrator) -> ParkedView:
    async with database.reading() as connection:
        found = await parking.get(connection, key)
    return _view(found, body=found.body.decode(errors="replace"))


async def replay(request: Request, key: str, database: DatabaseOf, by: Administrator) -> ParkedView:
    """Handle it now; what fails again stays parked."""
    async with database.reading() as connection:
        found = await parking.get(connection, key)
    if found.state == parking.PARKED:
        await _replay(service_of(request), found, by.name)
    elif found.state == parking.DISCARDED:
        msg = "it was discarded already"
        raise Conflict(msg, field="key")
    return await parked_one(key, database, by)


async def replay_all(
    request: Request,
    database: DatabaseOf,
    by: Administrator,
    type: Annotated[str | None, Query()] = None,
    reason: Annotated[str | None, Query()] = None,
) -> Replayed:
    """Handle all that are parked of one type, or for one reason, now; what fails again stays parked."""
    if type is None and reason is None:
        msg = "say which: of a type, or for a reason"
        raise RuleBroken(msg, field="type")
    replayed, failed, after = 0, 0, None
    while True:
        async with database.reading() as connection:
            found = await parking.listed(
                connection, state=parking.PARKED, type=type, reason=reason, after=after, limit=100
            )
        for it in found:
            try:
                await _replay(service_of(request), it, by.name)
                replayed += 1
            except Conflict:
                failed += 1
        if not found:
            return Replayed(replayed=replayed, failed=failed)
        after = found[-1].key


async def _replay(service: Service, found: parking.Parked, by: str) -> None:
    try:
        await service.batches.replay(found, by=by)
    except Unreadable as unreadable:
        msg = f"it still cannot be read: {unreadable}"
        raise Conflict(msg, field="key") from unreadable
    except Conflict:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        msg = f"it failed again and stays parked: {_told(error)}"
        raise Conflict(msg, field="key") from error


async def discard(key: str, database: DatabaseOf, by: Administrator) -> ParkedView:
    async with database.transaction() as connection:
        await parking.settle(connection, key, parking.DISCARDED, by=by.name)
    return await parked_one(key, database, by)


async def republish(request: Request, body: Republish, database: DatabaseOf, _: Operator) -> Count:
    """Send this service's events again; only handlers that have not had one will take it."""
    types = None
    if body.type is not None:
        name = service_of(request).name
        types = [it.type for it in EVENT_TYPES if it.publisher == name and it.name == body.type]
        if not types:
            msg = f"{name} publishes no such event"
            raise RuleBroken(msg, field="type")
    return Count(count=await relay.republish(database, types))


async def move_clock(body: ClockMove, database: DatabaseOf, _: Operator) -> ClockView:
    """Set the simulated clock; it only moves forward."""
    async with database.transaction() as connection:
        await clock.move(connection, body.now)
    return ClockView(simulated=True, now=body.now)


def _told(error: Exception) -> str:
    return type(error).__name__


def _view(it: parking.Parked, body: str | None = None) -> ParkedView:
    return ParkedView(**{name: getattr(it, name) for name in ParkedView.model_fields if name != "body"}, body=body)
