"""The JSON APIs of the four services, called with the key of whoever looks at a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import structlog

log = structlog.get_logger()

T = TypeVar("T")

SERVICES = ("registration", "scheduling", "billing", "notifications")
AWAY_CODES = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
OF_FILE = ("content-type", "content-disposition", "etag")  # what is handed on of a file
LARGEST_PAGE = 500  # of a list
MOST_PAGES = 40  # of a list that are walked through: what is longer is looked at with a filter


class LoggedOut(Exception):
    """The key is not valid any more."""


class Forbidden(Exception):
    """The key's role does not suffice."""


class Missing(Exception):
    """There is no such thing."""


class Away(Exception):
    """A service does not answer, or says that it can't right now. `answer` is what it said, where it said anything."""

    def __init__(self, service: str, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(service)
        self.service = service
        self.answer = answer or {}
        self.detail = str(self.answer.get("detail", ""))


class Refused(Exception):
    """An API refused what was asked. `problem` is its answer (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", status)))
        self.status = status
        self.problem = problem

    @property
    def faults(self) -> list[Mapping[str, Any]]:
        """Each thing that was wrong; the whole where the API does not tell them apart."""
        found = self.problem.get("errors")
        return list(found) if found else [{"message": self.problem.get("detail", ""), "code": self.problem.get("code")}]


class Absent:
    """What stands for a part of a page whose service is away. False, and empty to whoever walks through it."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Any:
        return iter(())


AWAY: Final = Absent()


class Api:
    """`url` is where the services' paths begin, with `{service}` in it where each has an address of its own.

    `caller` is the address of whoever looks, so that wrong keys count as that person's and not as the pages'.
    """

    def __init__(self, http: httpx.AsyncClient, url: str, key: str, caller: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"} | ({"X-Forwarded-For": caller} if caller else {})

    async def get(self, path: str, **parameters: Any) -> Any:
        """The answer's JSON. Raises LoggedOut, Forbidden, Missing, Refused or Away."""
        return (await self._call("GET", path, params=_given(parameters))).json()

    async def look(self, path: str, **parameters: Any) -> tuple[Any, str]:
        """The answer's JSON and its ETag, which a form hands on as `If-Match`."""
        answer = await self._call("GET", path, params=_given(parameters))
        return answer.json(), answer.headers.get("etag", "")

    async def file(self, path: str, **parameters: Any) -> tuple[bytes, Mapping[str, str]]:
        """A file, and what is said of it: its media type, what it is called, its ETag. Raises as `get`."""
        answer = await self._call("GET", path, params=_given(parameters))
        return answer.content, {name: answer.headers[name] for name in OF_FILE if name in answer.headers}

    async def all(self, path: str, **parameters: Any) -> list[Any]:
        """A whole list, page by page."""
        found: list[Any] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = await self.get(path, limit=LARGEST_PAGE, after=after, **parameters)
            found += page["items"]
            after = page["next"]
            if after is None:
                break
        return found

    async def today(self) -> date:
        """The day that it is in Norway, by which things are past or late: by the services' clock, which may be a simulated one.

        Any of them knows. Raises Away where none answers.
        """
        *others, last = SERVICES
        for service in others:
            try:
                return await self._day(service)
            except Away:
                continue
        return await self._day(last)

    async def _day(self, service: str) -> date:
        return date.fromisoformat((await self.get(f"/{service}/operations/clock"))["today"])

    async def send(self, method: str, path: str, body: Any = None, *, if_match: str | None = None) -> Any:
        """Change something; nothing is changed where `if_match` is not what stands. Raises as `get`."""
        headers = {"If-Match": if_match} if if_match else {}
        answer = await self._call(method, path, headers=headers, json=body if body is not None else {})
        return answer.json() if answer.content else None

    async def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **given: Any) -> Any:
        service = path.split("/")[1]
        try:
            url = self._url.replace("{service}", service) + path
            answer = await self._http.request(method, url, headers={**self._headers, **(headers or {})}, **given)
        except httpx.TransportError as error:
            log.warning("a service does not answer", service=service, error=type(error).__name__)
            raise Away(service) from error
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise LoggedOut
        if answer.status_code == HTTPStatus.FORBIDDEN:
            raise Forbidden
        if answer.status_code == HTTPStatus.NOT_FOUND and method == "GET":
            raise Missing
        if answer.status_code in AWAY_CODES:
            raise Away(service, _problem(answer))
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer))
        return answer


async def parts(**asked: Awaitable[Any]) -> dict[str, Any]:
    """Answers to several questions that are asked at once; AWAY in place of each whose service is away.

    Raises what else any of them raises, once all are over.
    """
    found = await asyncio.gather(*asked.values(), return_exceptions=True)
    for it in found:
        if isinstance(it, BaseException) and not isinstance(it, Away):
            raise it
    return {name: AWAY if isinstance(it, Away) else it for name, it in zip(asked, found, strict=True)}


async def if_there(asked: Awaitable[T]) -> T | None:
    """An answer; None where there is no such thing, or the visitor may not see it."""
    try:
        return await asked
    except (Missing, Forbidden):
        return None


def segment(text: str) -> str:
    """What a visitor's address names, as one segment of an API's path."""
    return quote(text, safe="")


def _given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value not in (None, "")}


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
