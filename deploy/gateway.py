"""Four services, the pages and what the embedded start shows of itself behind one port, told apart by the first part of the path."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.front import Services
from shared.web.problems import problem

FRONT = ("start", "mails", "health")  # paths of the embedded start itself


class Gateway:
    """Hands a request on unchanged, since a service's paths begin with its name anyway. Answers 503 while it starts anew."""

    def __init__(self, services: Services, front: ASGIApp, pages: ASGIApp | None = None) -> None:
        self._services = services
        self._front = front
        self._pages = pages or front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope.get("path", "").lstrip("/").partition("/")[0]
        if scope["type"] != "http" or first not in self._services:
            await (self._front if first in FRONT else self._pages)(scope, receive, send)
            return
        service = self._services[first]
        if service is None:
            answer = problem(
                503, f"{first} is starting; try again", code="service_is_not_ready", headers={"Retry-After": "2"}
            )
            await answer(scope, receive, send)
            return
        await service.api(scope, receive, send)
