"""A service's API without its broker: what it answers to a reader, to an administrator, and to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from pages.frame.refusals import FALLBACK, in_norwegian
from shared.database import Database
from shared.messaging.ask import Ask
from shared.service import Service
from shared.settings import ServiceSettings
from shared.web import keys

S = TypeVar("S", bound=ServiceSettings)

MANY = 100_000  # a test asks for much without a key, from one address


@dataclass
class Api:
    reader: httpx.AsyncClient
    administrator: httpx.AsyncClient

    async def get(self, path: str, **parameters: Any) -> Any:
        return _good(await self.administrator.get(path, params=parameters or None))  # httpx drops the path's own for {}

    async def post(self, path: str, body: Any = None) -> Any:
        return _good(await self.administrator.post(path, json=body or {}))

    async def patch(self, path: str, body: Any) -> Any:
        return _good(await self.administrator.patch(path, json=body))

    async def delete(self, path: str) -> Any:
        return _good(await self.administrator.delete(path))

    async def refused(
        self, status: int, path: str, body: Any = None, *, method: str = "POST", headers: Any = None
    ) -> dict[str, Any]:
        """Send what must be refused with this status; returns the first of the problem's errors."""
        found = problem(await self.administrator.request(method, path, json=body or {}, headers=headers), status)
        return dict(found["errors"][0])


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that an answer is. Fails where it has another status, another form, or nothing to be said in Norwegian."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    for it in (found, *found.get("errors", [])):
        assert in_norwegian(it["code"], it.get("values")) != FALLBACK.format(code=it["code"])
    return found


def _good(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def if_match(tag: str | None) -> dict[str, str]:
    """The header that says what was seen; none where nothing is compared."""
    return {"If-Match": tag} if tag is not None else {}


@asynccontextmanager
async def api_of(
    create: Callable[[S], Service], settings: type[S], database: Database, folder: Path, ask: Ask | None = None
) -> AsyncIterator[Api]:
    """`ask` answers what the service asks the others, where it asks any before it answers."""
    path = folder / "keys.json"
    secrets = [keys.create(path, name=f"the {role}", role=role) for role in ("reader", "administrator")]
    url = database.url.render_as_string(hide_password=False)
    service = create(settings(database_url=url, keys_file=path, refusals_a_minute=MANY))
    service.api.state.ask = ask or service.ask
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.database.close)
        transport = httpx.ASGITransport(app=service.api, raise_app_exceptions=False)
        clients = [
            httpx.AsyncClient(transport=transport, base_url="http://service", headers={"Authorization": f"Bearer {it}"})
            for it in secrets
        ]
        yield Api(*[await stack.enter_async_context(client) for client in clients])
