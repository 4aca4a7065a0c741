"""The pages over services that run, with every question that they ask counted, and services that do not answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from pages.app import create
from pages.settings import Settings
from shared.web.keys import Role
from tests.support.demonstration import Shown

URL = "http://127.0.0.1:1"  # of the pages, which listen nowhere
NOBODY = "nobody is there"


class Asked(httpx.AsyncBaseTransport):
    """What is asked of the services. None of those in `away` answers. Lists have `times` as many parties, with what is about each."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.away: set[str] = set()
        self.times = 1
        self._really = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if request.url.path.split("/")[1] in self.away:
            raise httpx.ConnectError(NOBODY, request=request)
        answer = await self._really.handle_async_request(request)
        return answer if self.times == 1 else await self._multiplied(answer)

    async def _multiplied(self, answer: httpx.Response) -> httpx.Response:
        body = json.loads(await answer.aread())
        if isinstance(body, dict) and "items" in body:
            body["items"] = [one for it in body["items"] for one in self._many(it)]
        headers = {name: it for name, it in answer.headers.items() if name in ("etag", "content-type")}
        return httpx.Response(answer.status_code, headers=headers, content=json.dumps(body))

    def _many(self, it: dict[str, Any]) -> list[dict[str, Any]]:
        if not it.get("party_name"):
            return [it]
        copies = [
            it | {"party": f"{it['party']}{n}", "party_name": f"{it['party_name']} {n}"} for n in range(1, self.times)
        ]
        return [it, *copies]

    async def aclose(self) -> None:
        await self._really.aclose()


class Looking:
    """Who is logged in, with what the pages ask for it."""

    def __init__(self, browser: httpx.AsyncClient, asked: Asked) -> None:
        self.browser = browser
        self.asked = asked

    async def questions(self, path: str) -> list[str]:
        """What a page asks, by the paths."""
        self.asked.paths.clear()
        answer = await self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return list(self.asked.paths)


@asynccontextmanager
async def looking_at(here: Shown, tmp_path: Path, role: Role = "administrator") -> AsyncIterator[Looking]:
    secret = tmp_path / "secret"
    secret.write_text("x" * 40)
    asked = Asked()
    app = create(Settings(public_url=URL, session_secret_file=secret, api_url=here.url), transport=asked)
    pages = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(transport=pages, base_url=URL, headers={"Origin": URL}) as browser:
            assert (await browser.post("/logg-inn", data={"key": here.key(role)})).status_code == 303
            yield Looking(browser, asked)
    finally:
        await app.state.http.aclose()
