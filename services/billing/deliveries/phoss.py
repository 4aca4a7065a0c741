"""The REST API of phoss-ap, an open access point (github.com/phax/phoss-ap), bounded in time and in what is read.

What its source says and its documentation does not: 422 also where it will try again by itself; the id is an index and not
unique, so a second POST sends a second time; what is finished moves to an archive, which is asked only where one says so.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx

from services.billing.deliveries.access_point import PROCESS, Submission, participant
from services.billing.deliveries.domain.answer import UNKNOWN, WORKING, Answer, receipt_of, trouble

TIME_OUT = 30.0  # seconds, for all of an answer
LARGEST = 256 * 1024  # bytes of one: what is longer is none of phoss-ap's
COUNTRY = "NO"  # the sender's, ISO 3166


class Phoss:
    """A client of one access point. `name` is `fake` where it is known to deliver nowhere."""

    def __init__(self, url: str, token: str | None, *, name: str = "phoss", time_out: float = TIME_OUT) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._time_out = time_out
        # No proxy or credentials of the environment, and no redirect: it goes where the setting says, or nowhere.
        self._http = httpx.AsyncClient(
            headers={"Accept-Encoding": "identity"} | ({"X-Token": token} if token else {}),
            timeout=time_out,
            trust_env=False,
            follow_redirects=False,
        )

    async def submit(self, it: Submission) -> Answer:
        parts = (participant(it.sender), participant(it.receiver), it.document_type, PROCESS, COUNTRY)
        path = "/".join(quote(part, safe="") for part in parts)
        try:
            status, body = await self._answer(
                "POST",
                f"/api/outbound/submit/{path}",
                params={"sbdhInstanceID": it.id},
                content=it.xml,
                headers={"Content-Type": "application/xml"},
            )
        except _Trouble as found:
            return trouble(found.why)
        if status != httpx.codes.OK:
            return trouble(f"http_{status}")
        return WORKING if isinstance(body, dict) else trouble("unreadable")

    async def state(self, id: str) -> Answer:
        path = f"/api/outbound/status/{quote(id, safe='')}"
        try:
            status, body = await self._answer("GET", path, params={"includeArchive": "true"})
        except _Trouble as found:
            return trouble(found.why)
        if status == httpx.codes.NOT_FOUND:
            return UNKNOWN
        if status != httpx.codes.OK:
            return trouble(f"http_{status}")
        if not isinstance(body, dict) or body.get("sbdhInstanceID") != id:
            return trouble("unreadable")
        return _read(body)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _answer(self, method: str, path: str, **asked: Any) -> tuple[int, Any]:
        """Its status, and what its JSON says. Raises _Trouble for what is somebody else's answer, or none."""
        read = bytearray()
        try:
            async with asyncio.timeout(self._time_out), self._http.stream(method, self._url + path, **asked) as answer:
                async for chunk in answer.aiter_raw():  # not decompressed: a few bytes could become any number
                    read += chunk
                    if len(read) > LARGEST:
                        raise _Trouble(why="too_long")
        except (TimeoutError, httpx.TimeoutException):
            raise _Trouble(why="no_answer") from None
        except (httpx.HTTPError, OSError):
            raise _Trouble(why="unreachable") from None
        if not read:
            return answer.status_code, None
        try:
            return answer.status_code, json.loads(read)
        except (ValueError, RecursionError):
            why = "unreadable" if answer.is_success else f"http_{answer.status_code}_unreadable"
            raise _Trouble(why=why) from None


class _Trouble(Exception):
    def __init__(self, *, why: str) -> None:
        super().__init__(why)
        self.why = why


def _read(body: dict[str, Any]) -> Answer:
    """What stands in phoss-ap's record of a document."""
    match body.get("status"):
        case "sent":
            receipt = body.get("id")
            return Answer(says="delivered", receipt=receipt_of(receipt) if isinstance(receipt, str) else None)
        case "rejected" | "permanently_failed" as verdict:
            return Answer(says="refused", why=verdict)
        case "pending" | "sending" | "failed":  # the last is tried again by itself
            return WORKING
    return trouble("unreadable")
