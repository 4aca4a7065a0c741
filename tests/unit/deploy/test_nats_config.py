"""Who may do what on the broker, asked of a real nats-server."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy.nats_config import OPERATOR, USERS, nats_config
from deploy.nats_server import NatsServer
from deploy.ports import chosen
from shared.contracts import billing, registration
from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.broker import flush
from shared.messaging.consume import Consumers
from shared.messaging.streams import durables, provision
from tests.support.waiting import PATIENCE

PASSWORDS = {user: secrets.token_urlsafe(24) for user in USERS}
SIGNED = "kulturskole.registration.agreement.signed.p.942110464"

Connect = Callable[[str], Awaitable["Seat"]]


class Seat:
    """A client of one user, and what the server refused it."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.refused: list[str] = []
        self.client = Client()

    async def sit(self, url: str) -> None:
        await self.client.connect(
            url, user=self.user, password=PASSWORDS[self.user], inbox_prefix=f"_INBOX_{self.user}", error_cb=self._error
        )

    async def _error(self, error: Exception) -> None:
        self.refused.append(str(error))

    async def publish(self, subject: str, *, reply: str = "") -> bool:
        """Whether the server let it through."""
        before = len(self.refused)
        await self.client.publish(subject, b"{}", reply=reply)
        await self.settle()
        return len(self.refused) == before

    async def subscribe(self, subject: str) -> bool:
        before = len(self.refused)
        await self.client.subscribe(subject)
        await self.settle()
        return len(self.refused) == before

    async def settle(self) -> None:
        """Until the server has seen all that was sent."""
        await flush(self.client)

    async def pull(self, stream: str, durable: str) -> Msg:
        subscription = await self.client.jetstream().pull_subscribe_bind(stream=stream, durable=durable)
        (message,) = await subscription.fetch(1, timeout=PATIENCE)
        return message


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    port = chosen(0, "nats", "--nats-port")
    config = tmp_path / "nats.conf"
    config.write_text(nats_config(PASSWORDS, store=tmp_path / "jetstream", port=port, sync_always=True))
    server = NatsServer(config, port=port, log_file=tmp_path / "nats.log")
    await server.start()
    seats: list[Seat] = []

    async def sit(user: str) -> Seat:
        seat = Seat(user)
        await seat.sit(f"nats://127.0.0.1:{port}")
        seats.append(seat)
        return seat

    consumers = {name: Consumers(name) for name in ("billing", "notifications")}
    for it in consumers.values():
        it.on(registration.AGREEMENT_SIGNED)(lambda _: [])
    consumers["notifications"].on(billing.INVOICE_ISSUED)(lambda _: [])
    await provision((await sit(OPERATOR)).client, durables(consumers.values()))
    yield sit
    for seat in seats:
        await seat.client.close()
    await server.stop()


async def test_nobody_gets_in_without_a_user(connect: Connect) -> None:
    url = (await connect("billing")).client.connected_url
    assert url is not None
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(b"CONNECT {}\r\nPING\r\n")
    assert b"Authorization Violation" in await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_service_publishes_its_own_events_and_no_others(connect: Connect) -> None:
    service = await connect("registration")
    ack = await service.client.jetstream().publish(SIGNED, b"{}", stream="REGISTRATION")
    assert ack.seq == 1
    assert (await service.client.jsm().stream_info("REGISTRATION")).state.last_seq == 1
    assert not await service.publish("kulturskole.billing.invoice.issued.p.942110464")


async def test_a_service_reads_through_its_own_durables_and_no_others(connect: Connect) -> None:
    publisher, service = await connect("registration"), await connect("billing")
    await publisher.client.jetstream().publish(SIGNED, b"{}", stream="REGISTRATION")
    message = await service.pull("REGISTRATION", "billing")
    await message.ack()
    assert message.subject == SIGNED
    for others in ("notifications", "reader"):
        assert not await service.publish(f"$JS.API.CONSUMER.MSG.NEXT.REGISTRATION.{others}", reply="_INBOX_billing.x")
        assert not await service.publish(f"$JS.ACK.REGISTRATION.{others}.1.1.1.1.0")


async def test_a_service_listens_to_nothing_but_its_replies_and_its_questions(connect: Connect) -> None:
    service = await connect("billing")
    assert await service.subscribe("rpc.billing.invoice")
    for subject in ("kulturskole.>", ">", "rpc.registration.contacts", "_INBOX_notifications.>", "_INBOX.>"):
        assert not await service.subscribe(subject)


async def test_a_service_looks_into_every_stream(connect: Connect) -> None:
    """Its own, to see whether its database is older; those that it consumes, to take in what a restored database lacks."""
    publisher, service = await connect("registration"), await connect("billing")
    await publisher.client.jetstream().publish(SIGNED, b"{}", stream="REGISTRATION")
    manager = service.client.jsm()
    for publisher_ in PUBLISHERS:
        assert (await manager.stream_info(stream_of(publisher_))).created is not None
    assert (await manager.get_msg("REGISTRATION", 1)).subject == SIGNED
    assert (await manager.get_msg("REGISTRATION", subject="kulturskole.registration.>")).seq == 1
    assert (await manager.get_msg("REGISTRATION", 1, "kulturskole.registration.>", next=True)).seq == 1
    assert service.refused == []


async def test_a_service_changes_no_stream_and_no_durable(connect: Connect) -> None:
    service = await connect("billing")
    for subject in (
        "$JS.API.STREAM.PURGE.BILLING",
        "$JS.API.STREAM.DELETE.BILLING",
        "$JS.API.STREAM.MSG.DELETE.REGISTRATION",
        "$JS.API.DIRECT.GET.REGISTRATION",
        "$JS.API.CONSUMER.CREATE.REGISTRATION.billing.x",
        "$JS.API.CONSUMER.DURABLE.CREATE.REGISTRATION.billing",
        "$JS.API.CONSUMER.DELETE.REGISTRATION.billing",
    ):
        assert not await service.publish(subject, reply="_INBOX_billing.x")


async def test_services_ask_each_other(connect: Connect) -> None:
    asks, answers = await connect("notifications"), await connect("registration")

    async def answer(message: Msg) -> None:
        await message.respond(b"answer")

    await answers.client.subscribe("rpc.registration.contacts", cb=answer)
    await answers.settle()
    reply = await asks.client.request("rpc.registration.contacts", b"question", timeout=PATIENCE)
    assert reply.data == b"answer"
    assert (asks.refused, answers.refused) == ([], [])


async def test_registration_asks_what_is_planned_and_nothing_else(connect: Connect) -> None:
    asks = await connect("registration")
    assert await asks.publish("rpc.scheduling.plan", reply="_INBOX_registration.x")
    assert not await asks.publish("rpc.scheduling.session", reply="_INBOX_registration.x")


async def test_scheduling_asks_what_would_be_issued_and_nothing_else(connect: Connect) -> None:
    asks = await connect("scheduling")
    assert await asks.publish("rpc.billing.preview", reply="_INBOX_scheduling.x")
    assert not await asks.publish("rpc.billing.invoice", reply="_INBOX_scheduling.x")


@pytest.mark.parametrize("service", ["registration", "scheduling", "billing"])
async def test_nobody_asks_who_need_not(connect: Connect, service: str) -> None:
    """The answers hold personal data."""
    asks = await connect(service)
    for subject in ("rpc.registration.contacts", "rpc.scheduling.session", "rpc.billing.invoice"):
        assert not await asks.publish(subject, reply=f"_INBOX_{service}.x")


def test_a_password_that_the_file_could_misread_is_refused() -> None:
    for bad in ("short", 'quote"quote"quote"quote"', "$2a$11$looks-like-a-bcrypt-hash", ""):
        with pytest.raises(ValueError, match="password of billing"):
            nats_config({**PASSWORDS, "billing": bad}, store="/x", port=4222)
