"""What is asked for twice at once, and once more, is done once: a double click and the back button do nothing twice.

What changes something is found in the OpenAPI documents, and each has its place in the story, so that the next one is
looked at as well.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from deploy.at_rest import until_at_rest
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.web import keys
from shared.web.openapi import Json
from tests.end_to_end.examples import Player
from tests.end_to_end.story import play
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.smtp import MailServer

# What does again whatever it does each time that it is asked.
AGAIN = {"/operations/republish": "an operator has events sent again; who had one takes it for what it is"}
REFUSED = (404, 409, 412, 422)


class Impatient(Player):
    """Asks for each change twice at once, as two people, so that it is seen whose was done; and then once more."""

    def __init__(self, http: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
        super().__init__(http)
        self._other = other
        self._seen = dict.fromkeys(PUBLISHERS, 0)  # the position of the last change

    async def _answer(self, method: str, path: str, query: Json, body: Json | None) -> httpx.Response:
        if method == "get" or path.endswith(tuple(AGAIN)):
            return await super()._answer(method, path, query, body)
        service = path.split("/")[1]
        await self._changes(service)
        asked = [it.request(method, path, params=query or None, json=body) for it in (self._http, self._other)]
        both = await asyncio.gather(*asked)
        done = await self._changes(service)
        assert len({it["by"] for it in done}) <= 1, f"{method} {path} was done twice at once: {done}"
        again = await self._http.request(method, path, params=query or None, json=body)
        done = await self._changes(service)
        assert not done, f"{method} {path} was done once more: {done}"
        answers = [it for it in both if it.is_success]
        assert answers, f"{method} {path}: {both[0].text}"
        for it in (*both, again):
            assert it.is_success or it.status_code in REFUSED, f"{method} {path}: {it.text}"
        shown = {it.json().get("id") for it in (*answers, again) if it.is_success}
        assert len(shown) == 1, f"{method} {path} shows another the second time: {shown}"
        return answers[0]

    async def _changes(self, service: str) -> list[Json]:
        """Those since the last time that they were looked at."""
        path, after = f"/{service}/operations/changes", {"after": self._seen[service], "limit": 500}
        found: list[Json] = (await super()._answer("get", path, after, None)).json()["items"]
        if found:
            self._seen[service] = found[-1]["position"]
        return found


async def test_what_is_asked_for_twice_at_once_and_once_more_is_done_once(
    databases: SqliteDatabases | PostgresDatabases, tmp_path: Path, nats: NatsServer, smtp: MailServer
) -> None:
    """On PostgreSQL by two replicas of each service; SQLite has one process a file."""
    urls = {service: await databases.create(service) for service in PUBLISHERS}
    fleet = Fleet(tmp_path, urls, nats, smtp, replicas=2 if isinstance(databases, PostgresDatabases) else 1)
    opened = {service: Database(url) for service, url in urls.items()}
    try:
        await fleet.start()
        other = keys.create(fleet.keys_file, name="another", role="operator")
        async with fleet.http(fleet.secret) as http, fleet.http(other) as another:
            player = Impatient(http, another)
            await player.read()
            await play(player, opened, lambda: until_at_rest(fleet.client))
            assert player.operations.keys() - player.played == set()
    finally:
        await fleet.stop()
        for database in opened.values():
            await database.close()
    for url in urls.values():
        await databases.remove(url)
