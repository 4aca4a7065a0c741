"""An application of this process, called as if over HTTP, without a socket."""

from __future__ import annotations

import httpx
from starlette.types import ASGIApp

FORWARDED = "X-Forwarded-For"


class InProcess(httpx.AsyncBaseTransport):
    """Whoever the caller says that it calls for is the caller, since nobody else can call in this way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        caller = request.headers.pop(FORWARDED, "")
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False, client=(caller, 0))
        return await transport.handle_async_request(request)
