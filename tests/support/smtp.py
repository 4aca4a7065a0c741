"""A real SMTP server that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import HOST, free_port


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One mail as it arrived: sender and recipients as the envelope has them, and the content."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    at: float  # monotonic

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, EmailMessage, policy=policy.default)

    @property
    def message_id(self) -> str:
        return next(
            line.partition(b":")[2].strip().decode()
            for line in self.content.splitlines()
            if line.lower().startswith(b"message-id:")
        )


class MailServer:
    """`deliveries` has each mail that arrived whole, in order, also where the connection was dropped instead of a 250."""

    def __init__(self) -> None:
        self.host = HOST
        self.port = free_port()
        self.deliveries: list[Delivery] = []
        self._answers: dict[str, str] = {}
        self._to_senders = ""
        self._drops = 0
        self._answers_at_all = asyncio.Event()
        self._answers_at_all.set()
        self._server: asyncio.Server | None = None
        self.connections: set[asyncio.BaseTransport] = set()

    async def start(self) -> None:
        """On the same port each time."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), HOST, self.port)

    async def stop(self) -> None:
        """From now on connections are refused, and those that stand are ended."""
        if self._server is None:
            return
        self._server.close()
        for transport in list(self.connections):
            transport.close()
        await self._server.wait_closed()
        self._server = None

    def answer(self, address: str, reply: str) -> None:
        """Say this to a mail for the address (`451 busy`, `550 no such user`); `250 ok` takes mails again."""
        self._answers[address] = reply

    def answer_sender(self, reply: str) -> None:
        """Say this to whoever wants to send anything (`530 authentication required`)."""
        self._to_senders = reply

    def drop_before_confirming(self, times: int = 1) -> None:
        """Take the next mails, but end the connection instead of saying 250: the sender can't know."""
        self._drops += times

    def hold(self) -> None:
        """Confirm no mail until `go_on`: a server that takes its time."""
        self._answers_at_all.clear()

    def go_on(self) -> None:
        self._answers_at_all.set()

    def to(self, address: str) -> list[EmailMessage]:
        """What arrived for an address, in order."""
        return [it.message for it in self.deliveries if address in it.recipients]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._to_senders:
            return self._to_senders
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._answers.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.deliveries.append(
            Delivery(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=content,
                at=monotonic(),
            )
        )
        await self._answers_at_all.wait()
        if self._drops:
            self._drops -= 1
            assert server.transport is not None  # for the type checker
            server.transport.close()
        return "250 kept"


class _Connection(SMTP):
    def __init__(self, mail_server: MailServer) -> None:
        super().__init__(mail_server, hostname="localhost", enable_SMTPUTF8=True)
        self._mail_server = mail_server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._mail_server.connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._mail_server.connections.discard(self.transport)
        super().connection_lost(error)


@pytest.fixture
async def smtp() -> AsyncIterator[MailServer]:
    """Listens on loopback; settings of notifications point to `smtp.host` and `smtp.port`."""
    server = MailServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
