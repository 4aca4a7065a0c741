"""A database that has not taken in what was acknowledged in its name serves nothing, and one that has it does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update

from shared.contracts.envelope import Event, nats_subject
from shared.messaging import guard, inbox, relay
from shared.messaging import tables as kernel
from shared.messaging.batch import Retries
from tests.integration.messaging.conftest import Arena
from tests.integration.messaging.older import has_sent, stop, waiting
from tests.support import events, toy
from tests.support.databases import count
from tests.support.waiting import eventually, patiently

pytestmark = pytest.mark.usefixtures("often")


async def test_a_database_that_has_not_taken_in_what_it_acknowledged_serves_nothing_until_it_has(arena: Arena) -> None:
    await arena.start("registration")
    for number in (1, 2):
        consumer = await arena.start("billing")
        await toy.tell(arena.publisher, [toy.a_party(number)])
        await eventually(lambda: count(arena.database, toy.party), equals=number)
        await eventually(lambda: arena.lag("billing"), equals=0)
        await stop(arena, consumer)
        if number == 1:
            older = await arena.copies.take(arena.database)
    newer = await arena.copies.exchange(arena.database, older)
    async with waiting(arena, "billing") as (service, starting), arena.http(service) as http:
        (missing,) = (await http.get("/health/ready")).json()["older"]
        assert (missing["stream"], missing["sequence"]) == ("REGISTRATION", 2)
        assert missing["known"] == "it was acknowledged, and the database has taken in no more than number 1"
        await toy.tell(arena.publisher, [toy.a_party(3)])
        await eventually(lambda: arena.lag("billing"), equals=1)
        assert await count(arena.database, toy.party) == 1
        await arena.copies.exchange(arena.database, newer)
        async with patiently():
            await starting
        await eventually(lambda: count(arena.database, toy.party), equals=3)
    assert await count(arena.database, toy.mark) == 3


@pytest.mark.parametrize("was_put_back", [True, False])
async def test_a_stream_that_was_made_anew_makes_older_only_a_database_that_lacks_what_it_acknowledged(
    arena: Arena, *, was_put_back: bool
) -> None:
    """It counts from 1 again, and republishing brings into it what the inbox has."""
    await arena.start("registration")
    before = await arena.start("billing")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await eventually(lambda: arena.lag("billing"), equals=0)
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    await stop(arena, before)
    older = await arena.copies.take(arena.database)
    await arena.operator.jsm().delete_stream("REGISTRATION")
    await arena.provision()
    await relay.republish(arena.publisher)
    after = await arena.start("billing")
    await toy.tell(arena.publisher, [toy.a_party(2)])
    await eventually(lambda: count(arena.database, toy.party), equals=2)
    await eventually(lambda: arena.lag("billing"), equals=0)
    await stop(arena, after)
    if was_put_back:
        await arena.copies.exchange(arena.database, older)
        async with waiting(arena, "billing") as (service, _):
            (missing,) = service.guard.older
            assert (missing.event.stream, missing.event.sequence) == ("REGISTRATION", 2)
    else:
        async with arena.database.transaction() as connection:  # as a replica leaves it that knew the stream before
            await connection.execute(update(kernel.taken_in).values(created_at=datetime(2024, 1, 1, tzinfo=UTC)))
        await arena.start("billing")


async def test_a_new_database_in_whose_name_another_has_acknowledged_is_older(arena: Arena) -> None:
    await arena.start("registration")
    consumer = await arena.start("billing")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await eventually(lambda: count(arena.database, toy.party))
    await eventually(lambda: arena.lag("billing"), equals=0)
    await stop(arena, consumer)
    await arena.empty("billing")
    async with waiting(arena, "billing") as (service, _):
        assert [it.known for it in service.guard.older] == ["it was acknowledged, and the database has not taken it in"]


async def test_a_copy_in_which_waits_what_was_taken_in_since_is_older(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though what stands behind it was taken in before, and nothing came after it."""
    patient = Retries(delays=(3.0,) * 4)
    consumer = await arena.start("billing", retries=patient)
    told = [events.party(1, name=toy.RAISES), events.party(2)]
    for event in told:
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: count(arena.database, kernel.attempt), equals=1)
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    await stop(arena, consumer)
    older = await arena.copies.take(arena.database)
    monkeypatch.setenv(toy.MENDED, "yes")
    consumer = await arena.start("billing", retries=patient)
    await eventually(lambda: arena.lag("billing"), equals=0)
    assert await count(arena.database, toy.party) == 2
    await stop(arena, consumer)
    newer = await arena.copies.exchange(arena.database, older)
    async with waiting(arena, "billing") as (service, starting):
        (missing,) = service.guard.older
        assert (missing.event.sequence, missing.event.id) == (1, told[0].id)
        assert missing.known == "it was acknowledged, and in the database it waits for another attempt"
        await arena.copies.exchange(arena.database, newer)
        async with patiently():
            await starting


async def test_what_waits_for_an_attempt_from_a_stream_that_was_made_anew_is_not_missing(arena: Arena) -> None:
    consumer = await arena.start("billing")
    event = events.party(1)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: count(arena.database, toy.party))
    await eventually(lambda: arena.lag("billing"), equals=0)
    await stop(arena, consumer)
    async with arena.database.transaction() as connection:
        await inbox.count_attempts(connection, {"another": inbox.Place("REGISTRATION", 1)}, are_read=True)
    async with patiently():
        await arena.start("billing")


async def test_a_copy_from_before_it_was_written_down_how_far_it_goes_is_judged_by_the_newest_of_each_kind(
    arena: Arena,
) -> None:
    await arena.start("registration")
    older = None
    for number in (1, 2):
        consumer = await arena.start("billing")
        await toy.tell(arena.publisher, [toy.a_party(number)])
        await eventually(lambda: count(arena.database, toy.party), equals=number)
        await eventually(lambda: arena.lag("billing"), equals=0)
        await stop(arena, consumer)
        async with arena.database.transaction() as connection:
            await connection.execute(delete(kernel.taken_in))
        older = older or await arena.copies.take(arena.database)
    await toy.tell(arena.publisher, [toy.a_party(3)])  # which nobody has acknowledged
    await has_sent(arena, 3)
    newer = await arena.copies.exchange(arena.database, older or "")
    async with waiting(arena, "billing") as (service, starting):
        assert [it.event.sequence for it in service.guard.older] == [2]
        await arena.copies.exchange(arena.database, newer)
        async with patiently():
            await starting
        await eventually(lambda: count(arena.database, toy.party), equals=3)


async def test_what_was_not_looked_at_is_not_written_down_as_taken_in(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST", 2)
    consumer = await arena.start("billing")
    told = [events.party(number) for number in range(1, 6)]
    for event in told:
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: count(arena.database, toy.party), equals=5)
    await eventually(lambda: arena.lag("billing"), equals=0)
    await stop(arena, consumer)
    async with arena.database.transaction() as connection:
        await connection.execute(update(kernel.taken_in).values(sequence=0))
        await connection.execute(delete(kernel.inbox).where(kernel.inbox.c.event_id == told[-1].id))
    async with waiting(arena, "billing") as (service, _):
        assert [it.event.id for it in service.guard.older] == [told[-1].id]
    assert [row.sequence for row in await arena.rows(kernel.taken_in)] == [4]


async def test_what_the_inbox_has_or_nobody_asked_for_is_not_missing(arena: Arena) -> None:
    """Whatever is written down about how far the stream was taken in: two replicas may have known it of two streams."""
    consumer = await arena.start("billing")
    told: list[Event[Any]] = [events.party(1), *(events.group_changed(number) for number in (1, 2, 3)), events.party(2)]
    for event in told:
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: count(arena.database, toy.party), equals=2)
    await eventually(lambda: arena.lag("billing"), equals=0)
    await stop(arena, consumer)
    assert [row.sequence for row in await arena.rows(kernel.taken_in)] == [5]
    async with arena.database.transaction() as connection:
        await connection.execute(update(kernel.taken_in).values(sequence=1))
    await arena.start("billing")
    assert [row.sequence for row in await arena.rows(kernel.taken_in)] == [5]
