"""A real SMTP server that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.processes import HOST, free_port
from tests.support.tls import Authority


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

    def __init__(self, *, implicit_tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> None:
        self.host = HOST
        self.starttls = starttls  # nothing is taken without it
        self._implicit_tls = implicit_tls
        self.port = free_port()
        self.deliveries: list[Delivery] = []
        self._answers: dict[str, str] = {}
        self._to_senders = ""
        self._to_hellos = ""
        self._to_contents: dict[str, str] = {}
        self._demands_full_names = False
        self.logged_in: list[str] = []  # or tried to: the password is `secret`
        self.hellos: list[str] = []  # what clients called themselves
        self._drops = 0
        self._answers_at_all = asyncio.Event()
        self._answers_at_all.set()
        self._server: asyncio.Server | None = None
        self.connections: set[asyncio.BaseTransport] = set()

    async def start(self) -> None:
        """On the same port each time."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), HOST, self.port, ssl=self._implicit_tls)

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

    def answer_hello(self, reply: str) -> None:
        """Say this to whoever says EHLO or HELO (`504 5.5.2 need a full name`)."""
        self._to_hellos = reply

    def answer_content(self, address: str, reply: str) -> None:
        """Say this after the whole mail, to one for this address."""
        self._to_contents[address] = reply

    def demand_full_names(self) -> None:
        """Refuse each recipient of a client whose name has no dot, as Postfix does with `reject_non_fqdn_helo_hostname`."""
        self._demands_full_names = True

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

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        self.logged_in.append(given.login.decode())
        return AuthResult(success=given.password == b"secret", handled=False)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        self.hellos.append(name)
        return [self._to_hellos] if self._to_hellos else replies

    async def handle_HELO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str
    ) -> str:
        session.host_name = name
        return self._to_hellos or "250 hello"

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
        if self._demands_full_names and "." not in (session.host_name or ""):
            return f"504 5.5.2 <{session.host_name}>: Helo command rejected: need fully-qualified hostname"
        reply = self._answers.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        refusal = next((it for to in envelope.rcpt_tos if (it := self._to_contents.get(to)) and it[0] != "2"), None)
        if refusal is not None:
            return refusal
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
        super().__init__(
            mail_server,
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=mail_server.starttls,
            require_starttls=mail_server.starttls is not None,
            authenticator=mail_server.authenticate,
            auth_require_tls=False,
        )
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


@pytest.fixture(params=["implicit", "starttls"])
async def tls_smtp(request: pytest.FixtureRequest, authority: Authority) -> AsyncIterator[MailServer]:
    """One that takes nothing unencrypted, with a certificate that `authority` signed: TLS from the first byte, or STARTTLS."""
    context = authority.server_context(HOST)
    is_implicit = request.param == "implicit"
    server = MailServer(implicit_tls=context) if is_implicit else MailServer(starttls=context)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
