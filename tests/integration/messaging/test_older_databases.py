"""A database from an older moment than what was told serves nothing, holds nothing, says why, and serves again once it is mended."""

from __future__ import annotations

import asyncio
import fcntl
from contextlib import suppress
from functools import partial

import pytest
from nats.js.api import StreamConfig
from sqlalchemy import delete, text

from shared.contracts.envelope import nats_subject
from shared.database import Database
from shared.messaging import guard, relay
from shared.messaging import tables as kernel
from shared.messaging.restored import Missing
from shared.service import Service
from tests.integration.messaging.conftest import Arena
from tests.integration.messaging.older import an_older_copy, has_sent, stop, waiting
from tests.support import events, toy
from tests.support.databases import count
from tests.support.waiting import eventually, patiently

pytestmark = pytest.mark.usefixtures("often")


def found_another(service: Service, than: Missing) -> bool:
    return service.guard.older != (than,)


async def is_free(arena: Arena, database: Database) -> bool:
    """Whether `recover` could have what a running service holds: the relay's lock, or the file's."""
    if arena.postgres is None:
        with suppress(OSError), open(f"{database.url.database}.lock", "w") as file:  # noqa: ASYNC230, PTH123 - at once
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
    async with database.transaction() as connection:
        query = text("SELECT pg_try_advisory_xact_lock(:lock)")
        return bool((await connection.execute(query, {"lock": relay.LOCK})).scalar())


async def test_a_database_that_does_not_know_what_was_told_serves_nothing_until_it_does(arena: Arena) -> None:
    older = await an_older_copy(arena)
    newer = await arena.copies.exchange(arena.publisher, older)
    (told,) = await toy.tell(arena.publisher, [toy.a_party(3)])  # what it has to tell would take party 2's place
    async with waiting(arena, "registration") as (service, starting), arena.http(service) as http:
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        (missing,) = ready.json()["older"]
        assert (missing["stream"], missing["sequence"]) == ("REGISTRATION", 2)
        assert missing["type"] == "kulturskole.registration.party.registered.v1"
        assert missing["known"].startswith("the newest that the database has sent is kulturskole.registration.party")
        (fault,) = ready.json()["faults"]
        assert fault["part"] == "database"
        assert missing["event_id"] in fault["reason"]
        assert "kulturskole recover registration" in fault["reason"]
        assert (await http.get("/registration/health/live")).status_code == 200
        state = (await http.get("/operations/state")).json()
        assert (state["older"], state["unsent"]) == ([missing], 1)
        assert (await http.get("/registration/key")).status_code == 200
        for path in ("/operations/parked", "/registration/operations/parked", "/docs"):
            withheld = await http.get(path)
            assert (withheld.status_code, withheld.headers["retry-after"]) == (503, "2")
            assert "recover" in withheld.json()["detail"]
        assert await is_free(arena, arena.publisher)
        assert await arena.messages("REGISTRATION") == 2
        assert await count(arena.publisher, kernel.outbox, kernel.outbox.c.event_id == told.id) == 1
        await arena.copies.exchange(arena.publisher, newer)
        async with patiently():
            await starting
        assert not (await service.condition()).not_ready
        assert (await http.get("/operations/parked")).status_code == 200
        assert arena.postgres is not None or not await is_free(arena, arena.publisher)
        await toy.tell(arena.publisher, [toy.a_party(4)])
        await has_sent(arena, 3)


async def test_a_database_that_becomes_an_older_one_meanwhile_ends_the_service_before_it_writes(arena: Arena) -> None:
    older = await an_older_copy(arena)
    service = await arena.start("registration")
    await arena.copies.exchange(arena.publisher, older)
    with suppress(OSError):
        await toy.tell(service.database, [toy.a_party(3)])  # before anybody has looked
    async with patiently():
        assert "older than what was told: REGISTRATION has" in await service.failed
    assert await count(arena.publisher, kernel.outbox) == 1
    async with arena.http(service) as http:
        assert (await http.get("/health/ready")).status_code == 503
        assert (await http.get("/operations/parked")).status_code == 503
    await stop(arena, service)
    assert await arena.messages("REGISTRATION") == 2


async def test_another_database_that_is_not_older_is_used(arena: Arena) -> None:
    """As after a failover to a stand-by that had everything."""
    before = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await has_sent(arena, 1)
    await stop(arena, before)
    copy = await arena.copies.take(arena.publisher)
    service = await arena.start("registration")
    await arena.copies.exchange(arena.publisher, copy)
    await toy.tell(arena.publisher, [toy.a_party(2)])
    await has_sent(arena, 2)
    await eventually(service.database.answers)
    assert not service.failed.done()


async def test_what_is_loaded_over_a_running_service_is_noticed(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "EVERY", 0.2)
    service = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await has_sent(arena, 1)
    async with arena.publisher.transaction() as connection:
        await connection.execute(delete(kernel.outbox))
    async with patiently():
        assert "the database has sent nothing" in await service.failed
    (result,) = await asyncio.gather(toy.tell(service.database, [toy.a_party(2)]), return_exceptions=True)
    assert isinstance(result, OSError)


@pytest.mark.parametrize("body", [b"no json", None])
async def test_a_forged_event_that_is_disowned_locks_nobody_out(arena: Arena, body: bytes | None) -> None:
    before = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await has_sent(arena, 1)
    await stop(arena, before)
    for number in (7, 8):
        forged = events.party(number)
        await arena.publish(nats_subject(forged), body or forged.model_dump_json().encode())
    async with waiting(arena, "registration") as (service, starting):
        for _ in range(1 if body else 2):  # one after the other; two of the same body are one
            (missing,) = service.guard.older
            async with arena.publisher.transaction() as connection:
                await guard.disown(connection, missing.event.id, by="somebody")
            await eventually(partial(found_another, service, missing))
        async with patiently():
            await starting


async def test_what_was_told_is_found_behind_a_disowned_event_and_one_that_is_deleted(arena: Arena) -> None:
    jsm = arena.operator.jsm()
    await jsm.delete_stream("REGISTRATION")
    await jsm.add_stream(StreamConfig(name="REGISTRATION", subjects=["kulturskole.registration.>"]))
    older = await an_older_copy(arena)
    forged = [events.party(number) for number in (7, 8)]
    for event in forged:
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    assert await jsm.delete_msg("REGISTRATION", 3)
    await arena.copies.exchange(arena.publisher, older)
    async with arena.publisher.transaction() as connection:
        await guard.disown(connection, forged[1].id, by="somebody")
    async with waiting(arena, "registration") as (service, _):
        assert [it.event.sequence for it in service.guard.older] == [2]


async def test_a_stream_that_was_lost_is_told_apart_and_healed_by_republishing(arena: Arena) -> None:
    service = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(3)])
    await has_sent(arena, 3)
    await arena.operator.jsm().delete_stream("REGISTRATION")
    (fault,) = (await service.condition()).degraded
    assert fault.part == "stream"
    await arena.provision()
    await stop(arena, service)
    service = await arena.start("registration")
    condition = await service.condition()
    assert condition.not_ready == ()
    (fault,) = condition.degraded
    assert (fault.part, "republish registration" in fault.reason) == ("stream", True)
    await relay.republish(service.database)
    await eventually(lambda: arena.messages("REGISTRATION"), equals=3)

    async def is_degraded() -> bool:
        return bool((await service.condition()).degraded)

    await eventually(is_degraded, equals=False)
