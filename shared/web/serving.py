"""How HTTP is served here: what every answer carries, and what becomes of requests that are half sent or not HTTP."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import h11
import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.web.closed import says_length_twice
from shared.web.gateways import plain
from shared.web.problems import problem
from shared.web.refusals import Refusals, kept_out

# Seconds. Longer than gateways keep an idle connection (Caddy two minutes): one that is closed here while a request comes over
# it is a 502 there, since what changes something is not sent again.
KEEP_ALIVE = 150
WHOLE_WITHIN = 30.0  # seconds from a request's first byte to its last
# What an answer carries unless its route says otherwise: it is kept nowhere, is what it says it is, and shows in no other's page.
CARRIED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


class CannotStart(Exception):
    """Something that must be there is not. The message says what, and what to do."""


class Answers:
    """Around an application: what its answers carry, and no second word about an error that was answered and logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_whole = False
        ends = says_length_twice(scope)  # nobody is to take what follows on the connection for the next request

        async def carried(message: Message) -> None:
            nonlocal is_whole
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in CARRIED.items():
                    headers.setdefault(name, value)
                if ends:
                    headers["Connection"] = "close"
            await send(message)
            is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await self._app(scope, receive, carried)
        except Exception:
            # Starlette raises what it had answered once more, for a log that we write ourselves (problems.py).
            if not is_whole:
                raise


class Protocol(H11Protocol):
    """HTTP/1.1. A request that is not whole in time ends with its connection, wherever in it its sender stopped."""

    whole_within = WHOLE_WITHIN
    refusals: Refusals
    _until_whole: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait_until_whole()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # What came of the next request while this one was answered.
        self._look(has_begun=bool(self.conn.trailing_data[0]))

    def send_400_response(self, msg: str) -> None:
        """To what is no HTTP, and so came without a valid key. Where an answer has begun, nothing can be added to it."""
        answer = self._refused()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            reason = HTTPStatus(answer.status_code).phrase.encode()
            for part in (
                h11.Response(status_code=answer.status_code, headers=answer.raw_headers, reason=reason),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(part) or b"")
        if self.cycle is not None:
            self.cycle.disconnected = True  # what the application still has to say goes nowhere
            self.cycle.message_event.set()
        self.transport.close()

    def _refused(self) -> Response:
        # By the address of the connection: a gateway that hands this on cannot say whose it was.
        seconds = self.refusals.refuse(plain(self.client[0]) if self.client else "")
        headers = {"Connection": "close", **CARRIED}
        if seconds:
            return kept_out(seconds, headers)
        return problem(400, "this is no HTTP that can be read", code="no_http", headers=headers)

    def _should_upgrade(self) -> bool:
        """There is nothing to upgrade to; whoever asks is answered as all are, without a line in the log."""
        return False

    def _look(self, *, has_begun: bool = True) -> None:
        theirs = self.conn.their_state
        if theirs is h11.SEND_BODY or (theirs is h11.IDLE and has_begun):
            self._wait_until_whole()
        else:
            self._is_whole()

    def _wait_until_whole(self) -> None:
        if self._until_whole is None and not self.transport.is_closing():
            self._until_whole = self.loop.call_later(self.whole_within, self.transport.close)

    def _is_whole(self) -> None:
        if self._until_whole is not None:
            self._until_whole.cancel()
            self._until_whole = None


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs it, who has more to end than the HTTP."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _is_told(record: logging.LogRecord) -> bool:
    """What is no HTTP is counted; a line for each would be a stranger's to fill a disk with."""
    return record.msg != "Invalid HTTP request received."


def server_for(app: ASGIApp, *, refusals: Refusals, whole_within: float = WHOLE_WITHIN) -> _Server:
    """`whole_within` seconds a request has to be whole; what is none counts among the `refusals`."""
    logging.getLogger("uvicorn.error").addFilter(_is_told)
    config = uvicorn.Config(
        Answers(app),
        http=type("Protocol", (Protocol,), {"whole_within": whole_within, "refusals": refusals}),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,  # whose word is taken for an address is a setting (gateways.py)
        server_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=KEEP_ALIVE,
    )
    return _Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A socket on which connections can be taken. Raises CannotStart where the port cannot be used."""
    # The protocol is named, since asyncio sets TCP_NODELAY only on sockets that say that they are TCP. Without it each
    # answer takes forty milliseconds more.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        msg = f"port {port} on {host} cannot be used: {os.strerror(error.errno or 0)}"
        raise CannotStart(msg) from None
    return listening
