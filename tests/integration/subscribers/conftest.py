"""A broker with our streams, on which events are told as their publishers tell them, and subscribers read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerInfo

from deploy.nats_config import DOMAIN
from deploy.subscribers.managing import Subscribers
from deploy.subscribers.subscriber import READER, Subscriber
from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.broker import flush
from shared.messaging.streams import make_durables, provision
from tests.support.nats import NatsServer

NAMSOS, HEIM = "942110464", "920920004"
CODE = "regionalt"


class Reading:
    """One subscriber that is connected, and what the server refused it."""

    def __init__(self, credentials: Mapping[str, Any]) -> None:
        self.name: str = credentials["user"]
        self.credentials = credentials
        self.refused: list[str] = []
        self.client: Client

    async def connect(self, server: NatsServer) -> None:
        self.client = await server.client_of(self.credentials, error_cb=self._error, allow_reconnect=False)

    async def _error(self, error: Exception) -> None:
        self.refused.append(str(error))

    async def pull(self, stream: str, most: int = 50, *, wait: float = 1.0) -> list[Msg]:
        """What it gets at once, not acknowledged."""
        jetstream = self.client.jetstream(domain=DOMAIN)
        subscription = await jetstream.pull_subscribe_bind(self.credentials["durable"], stream)
        try:
            return await subscription.fetch(most, timeout=wait)
        except TimeoutError:
            return []
        finally:
            await subscription.unsubscribe()

    async def subjects(self, stream: str) -> list[str]:
        """What it gets, acknowledged."""
        messages = await self.pull(stream)
        for it in messages:
            await it.ack()
        await flush(self.client)
        return [it.subject.removeprefix("kulturskole.") for it in messages]

    async def sends(
        self, subject: str, body: bytes = b"", *, reply: str = "", headers: dict[str, str] | None = None
    ) -> bool:
        """Whether the server let it through."""
        before = len(self.refused)
        await self.client.publish(subject, body, reply=reply, headers=headers)
        await flush(self.client)
        return len(self.refused) == before

    async def listens(self, subject: str) -> bool:
        before = len(self.refused)
        await self.client.subscribe(subject)
        await flush(self.client)
        return len(self.refused) == before


class Broker:
    """What a test of this folder plays on."""

    def __init__(self, server: NatsServer, operator: Client) -> None:
        self.server = server
        self.operator = operator
        self.subscribers: Subscribers = server.subscribers
        self._publishers: dict[str, Client] = {}

    async def tell(self, subject: str, times: int = 1) -> None:
        """`subject` without what all begin with: `billing.invoice.issued.regionalt.942110464`."""
        publisher = await self._publisher(subject.partition(".")[0])
        for _ in range(times):
            await publisher.jetstream().publish(f"kulturskole.{subject}", b"{}")

    async def _publisher(self, name: str) -> Client:
        if name not in self._publishers:
            self._publishers[name] = await self.server.client(name)
        return self._publishers[name]

    async def add(self, name: str, **wanted: Any) -> Reading:
        return await self.sit(await self.subscribers.add(Subscriber(name=name, **wanted)))

    async def sit(self, credentials: Mapping[str, Any]) -> Reading:
        reading = Reading(credentials)
        await reading.connect(self.server)
        return reading

    async def durable(self, stream: str, name: str) -> ConsumerInfo:
        info: ConsumerInfo = await self.operator.jsm().consumer_info(stream, name)
        return info


@pytest.fixture
async def broker(nats: NatsServer) -> Broker:
    broker = Broker(nats, await nats.client())
    await provision(broker.operator, [])
    await make_durables(broker.operator, Subscriber(name=READER).durables())
    return broker


ALL_STREAMS = [stream_of(it) for it in PUBLISHERS]
