"""The pages over services that run, with every question that they ask counted, and services that do not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from pages.app import create
from pages.settings import Settings
from tests.support.demonstration import Shown

URL = "http://127.0.0.1:1"  # of the pages, which listen nowhere
NOBODY = "nobody is there"


class Asked(httpx.AsyncBaseTransport):
    """What is asked of the services. None of those in `away` answers."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.away: set[str] = set()
        self._really = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if request.url.path.split("/")[1] in self.away:
            raise httpx.ConnectError(NOBODY, request=request)
        return await self._really.handle_async_request(request)

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
async def looking_at(here: Shown, tmp_path: Path) -> AsyncIterator[Looking]:
    secret = tmp_path / "secret"
    secret.write_text("x" * 40)
    asked = Asked()
    app = create(Settings(public_url=URL, session_secret_file=secret, api_url=here.url), transport=asked)
    pages = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=pages, base_url=URL, headers={"Origin": URL}) as browser:
        assert (await browser.post("/logg-inn", data={"key": here.key()})).status_code == 303
        yield Looking(browser, asked)
    await app.state.http.aclose()
