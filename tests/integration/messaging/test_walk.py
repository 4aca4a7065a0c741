"""A stream is read to where it ended when the reading began, or the reader says that it was not."""

from __future__ import annotations

import pytest
from nats.aio.client import Client

from shared.messaging import walk as walking
from shared.messaging.walk import StreamFellSilent, walk
from tests.support.nats import NatsServer

STREAM, SUBJECT = "NOTIFICATIONS", "kulturskole.notifications.mail.sent.p._"


async def published(nats: NatsServer, *bodies: bytes) -> None:
    client = await nats.client("notifications")
    for body in bodies:
        await client.jetstream().publish(SUBJECT, body, stream=STREAM)
    await client.close()


@pytest.fixture
async def operator(nats: NatsServer) -> Client:
    """Of a stream with three messages, which may be emptied."""
    client = await nats.client()
    await client.jsm().add_stream(name=STREAM, subjects=["kulturskole.notifications.>"])
    await published(nats, b"1", b"2", b"3")
    return client


async def test_all_that_it_had_is_read_and_what_comes_meanwhile_is_not(
    operator: Client, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "BATCH", 1)
    read = []
    async for messages in (await walk(operator, STREAM)).batches():
        read += [it.data for it in messages]
        await published(nats, b"later")
    assert read == [b"1", b"2", b"3"]
    assert await operator.jsm().consumers_info(STREAM) == []
    await operator.close()


async def test_a_stream_that_does_not_give_what_it_had_is_said_to(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "BATCH", 1)
    monkeypatch.setattr(walking, "QUIET", 0.2)
    batches = (await walk(operator, STREAM)).batches()
    assert [it.data for it in await anext(batches)] == [b"1"]
    await operator.jsm().purge_stream(STREAM)
    with pytest.raises(StreamFellSilent, match="NOTIFICATIONS has 2 messages more"):
        await anext(batches)
    await operator.close()
