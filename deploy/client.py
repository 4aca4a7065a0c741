"""The public HTTP APIs, called with a key."""

from __future__ import annotations

import json
from typing import Any, Self

import httpx

# What a service says while it can't, and what gateways say while it is not there.
AWAY = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)


class Refused(Exception):
    """An API answered with a problem. The message is its own."""

    def __init__(self, method: str, path: str, answer: httpx.Response) -> None:
        self.status = answer.status_code
        super().__init__(f"{method} {path}: {answer.status_code} {_detail(answer)}")


class Unavailable(Exception):
    """Nobody answers, or says that it can't right now."""


class Client:
    """`url` is the gateway's; every call carries the key."""

    def __init__(self, url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **params: str | int) -> Any:
        return await self._call("GET", path, params=params or None)

    async def file(self, path: str) -> bytes:
        """What a file holds. Raises Refused or Unavailable."""
        return (await self._answer("GET", path)).content

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await self._call("POST", path, json=body or {})

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._call("PATCH", path, json=body)

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        return await self._call("PUT", path, json=body)

    async def without_key(self, url: str) -> bytes:
        """What an address answers that is open to whoever knows it, asked of this gateway. Raises Refused or Unavailable."""
        path = httpx.URL(url).path
        return (await self._answer("GET", path, headers={"Authorization": ""})).content

    async def _call(self, method: str, path: str, **arguments: Any) -> Any:
        """The answer's JSON. Raises Refused or Unavailable."""
        return (await self._answer(method, path, **arguments)).json()

    async def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            msg = f"{self.url} does not answer: {type(error).__name__}"
            raise Unavailable(msg) from error
        if answer.status_code in AWAY:
            msg = f"{path}: {_detail(answer)}"
            raise Unavailable(msg)
        if answer.is_error:
            raise Refused(method, path, answer)
        return answer


def canonical(value: Any) -> str:
    """JSON that is the same text for the same content."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title") or "")
    except (ValueError, AttributeError):
        return answer.reason_phrase
