"""What a service could not handle: messages that are parked, and work that is set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from shared.contracts.catalogue import Unreadable
from shared.errors import Conflict, RuleBroken
from shared.messaging import parking, set_aside
from shared.messaging.batch import Batches
from shared.transient import is_transient
from shared.web.api import AN_ID, Administrator, After, DatabaseOf, Limit, Page, Reader, page_of

State = Literal["parked", "replayed", "discarded"]
KeyInPath = Annotated[str, Path(max_length=64, examples=[AN_ID])]
TypeInQuery = Annotated[
    str | None,
    Query(max_length=200, description="of events", examples=["kulturskole.registration.programme.opened.v1"]),
]
ReasonInQuery = Annotated[
    str | None, Query(max_length=60, description="a code: why it was parked", examples=["failed"])
]


class Service(Protocol):
    """The part of shared/service.py that these routes use."""

    batches: Batches


class SetAsideView(BaseModel):
    """Work that failed or lacks something."""

    work: str
    key: str = Field(description="a programme, mostly")
    part: str | None = Field(description="what of the key it is, as an agreement's id; null: all of it")
    reason: str = Field(description="a code, or the name of the error, which the log has whole")
    since: datetime = Field(description="in real time")
    tries: int = Field(description="how often a key as a whole was tried in vain")
    next_at: datetime | None = Field(description="when it is tried again, where no news of it comes before")

    @classmethod
    def of(cls, it: set_aside.SetAside) -> SetAsideView:
        return cls.model_validate(vars(it) | {"part": it.part or None})


class ParkedView(BaseModel):
    key: str = Field(description="the event's id, or the body's SHA-256 where it has none")
    state: State
    subject: str = Field(description="on NATS")
    type: str | None = Field(description="the event's")
    reason: str = Field(description="a code: why it was parked")
    error: str = Field(description="what was found, for people")
    attempts: int
    parked_at: datetime
    settled_at: datetime | None = Field(description="when it was replayed or discarded")
    settled_by: str | None = Field(description="the name of the key that asked for it")
    body: str | None = Field(None, description="as it came; shown with one message, not in lists")


class Replayed(BaseModel):
    replayed: int
    failed: int = Field(description="and still parked")


def add_to(router: APIRouter) -> None:
    router.get("/operations/set-aside")(list_what_is_set_aside)
    router.get("/operations/parked")(list_parked_messages)
    router.post("/operations/parked/replay")(replay_parked_messages)  # before what would take its name for a key
    router.get("/operations/parked/{key}")(show_parked_message)
    router.post("/operations/parked/{key}/replay")(replay_parked_message)
    router.post("/operations/parked/{key}/discard")(discard_parked_message)


def batches_of(request: Request) -> Batches:
    service: Service = request.app.state.service
    return service.batches


async def list_what_is_set_aside(
    database: DatabaseOf, _: Reader, *, after: After = None, limit: Limit = 50
) -> Page[SetAsideView]:
    """List what cannot be worked off, and why; a key as a whole is tried again, a part once there is news of it."""
    async with database.reading() as connection:
        found = await set_aside.listed(connection, beyond=after, limit=limit + 1)
    return page_of([SetAsideView.of(it) for it in found], limit, lambda it: f"{it.work}/{it.key}/{it.part or ''}")


async def list_parked_messages(
    database: DatabaseOf,
    _: Administrator,
    *,
    state: Annotated[State, Query(examples=["parked"])] = "parked",
    type: TypeInQuery = None,
    reason: ReasonInQuery = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ParkedView]:
    """List the messages that could not be handled."""
    async with database.reading() as connection:
        found = await parking.listed(connection, state=state, type=type, reason=reason, after=after, limit=limit + 1)
    return page_of([_view(it) for it in found], limit, lambda it: it.key)


async def show_parked_message(key: KeyInPath, database: DatabaseOf, _: Administrator) -> ParkedView:
    """Show a message that could not be handled, with its body."""
    async with database.reading() as connection:
        found = await parking.get(connection, key)
    return _view(found, body=found.body.decode(errors="replace"))


async def replay_parked_message(
    request: Request, key: KeyInPath, database: DatabaseOf, by: Administrator
) -> ParkedView:
    """Handle a parked message now; what fails again stays parked."""
    async with database.reading() as connection:
        found = await parking.get(connection, key)
    if found.state == parking.PARKED:
        await _replay(batches_of(request), found, by.name)
    elif found.state == parking.DISCARDED:
        msg = "it was discarded already"
        raise Conflict(msg, code="message_is_settled", field="key")
    return await show_parked_message(key, database, by)


async def replay_parked_messages(
    request: Request,
    database: DatabaseOf,
    by: Administrator,
    type: TypeInQuery = None,
    reason: ReasonInQuery = None,
) -> Replayed:
    """Handle all parked messages of one type, or for one reason, now; what fails again stays parked."""
    if type is None and reason is None:
        msg = "say which: of a type, or for a reason"
        raise RuleBroken(msg, code="neither_type_nor_reason", field="type")
    replayed, failed, after = 0, 0, None
    while True:
        async with database.reading() as connection:
            found = await parking.listed(
                connection, state=parking.PARKED, type=type, reason=reason, after=after, limit=100
            )
        for it in found:
            try:
                await _replay(batches_of(request), it, by.name)
                replayed += 1
            except Conflict:
                failed += 1
        if not found:
            return Replayed(replayed=replayed, failed=failed)
        after = found[-1].key


async def _replay(batches: Batches, found: parking.Parked, by: str) -> None:
    try:
        await batches.replay(found, by=by)
    except Unreadable as unreadable:
        msg = f"it still cannot be read: {unreadable}"
        raise Conflict(msg, code="still_unreadable", field="key") from unreadable
    except Conflict:
        raise
    except Exception as error:
        if is_transient(error):
            raise
        # Its text is left out: it may be personal data.
        msg = f"it failed again and stays parked: {type(error).__name__}"
        raise Conflict(msg, code="failed_again", field="key") from error


async def discard_parked_message(key: KeyInPath, database: DatabaseOf, by: Administrator) -> ParkedView:
    """Discard a parked message for good."""
    async with database.transaction() as connection:
        await parking.settle(connection, key, parking.DISCARDED, by=by.name)
    return await show_parked_message(key, database, by)


def _view(it: parking.Parked, body: str | None = None) -> ParkedView:
    return ParkedView(**{name: getattr(it, name) for name in ParkedView.model_fields if name != "body"}, body=body)
