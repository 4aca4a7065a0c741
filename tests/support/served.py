"""An application on a port of this machine, as it is deployed; what is sent to it byte by byte, and what it logs."""

from __future__ import annotations

import asyncio
import io
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, suppress

import structlog
from starlette.types import ASGIApp

from shared import logs
from shared.web.refusals import Refusals
from shared.web.serving import WHOLE_WITHIN, listen, server_for
from tests.support.processes import HOST


@asynccontextmanager
async def served(
    app: ASGIApp, *, whole_within: float = WHOLE_WITHIN, refusals: Refusals | None = None
) -> AsyncIterator[int]:
    """The port. Without its `refusals` nobody is kept out for what is no HTTP."""
    listening = listen(HOST, 0)
    server = server_for(app, whole_within=whole_within, refusals=refusals or Refusals(a_minute=100_000))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn has a flag for it and no event
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task


def said(port: int, *parts: bytes, within: float = 30) -> bytes:
    """All that is answered until the other side closes. Blocks, and raises TimeoutError where it does not close."""
    with socket.create_connection((HOST, port), timeout=within) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                connection.sendall(part)
        found = b""
        with suppress(ConnectionResetError):  # it closed without reading what was still on its way
            while some := connection.recv(65536):
                found += some
        return found


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Inside, all logs go there as they go to standard error in a process of its own."""
    found = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stderr(found):
        logs.configure("INFO", service="test")
        try:
            yield found
        finally:
            structlog.reset_defaults()
            structlog.contextvars.clear_contextvars()
            root.handlers[:] = handlers
            root.setLevel(level)
