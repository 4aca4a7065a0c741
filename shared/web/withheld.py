"""Turns away whatever is asked while a service may not serve: it starts, or its database is older than what was told."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.closed import OPEN
from shared.web.problems import problem

ANSWERED = (*OPEN, "/operations/state", "/key")
AGAIN = "2"  # seconds


class Withheld:
    """Health, `/operations/state` and whose key it is are answered always; the rest while there is no reason against it."""

    def __init__(self, app: ASGIApp, *, reason: Callable[[], str | None], prefix: str) -> None:
        self._app = app
        self._reason = reason
        self._answered = {root + path for root in ("", prefix) for path in ANSWERED}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._reason()
        if scope["type"] == "http" and reason is not None and scope["path"] not in self._answered:
            await problem(503, reason, code="service_is_not_ready", headers={"Retry-After": AGAIN})(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)
