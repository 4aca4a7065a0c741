"""Every operation of every service does what its OpenAPI document shows."""

from __future__ import annotations

from pathlib import Path

from deploy.client import Client
from shared.contracts.catalogue import PUBLISHERS
from shared.web.openapi import takes_if_match
from tests.end_to_end.examples import Player
from tests.end_to_end.story import played

# What changes nothing here, so that nobody did it.
DOES_NOTHING = {"POST /people/retention": "nobody's time is over where people are kept without an end"}


async def test_every_example_works_and_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async with played(tmp_path) as (run, player):
        assert player.operations.keys() - player.played == set(), "to be played in tests/end_to_end/story.py"
        takes = {key for key, (_, _, operation) in player.operations.items() if takes_if_match(operation)}
        assert takes - player.refused_as_stale == set(), "takes If-Match, and compares it with nothing (shared/seen.py)"
        for (service, id), (_, _, operation) in player.operations.items():
            if "404" in operation["responses"]:
                answer = await player.of_what_is_not_there(service, id)
                assert answer.status_code == 404, f"{service} {id}: {answer.text}"
        for service in PUBLISHERS:
            noted, asked = await routes_of(run.url, service, run.first_key), changing(player, service)
            assert asked - noted - DOES_NOTHING.keys() == set(), "who did it is not kept"


def changing(player: Player, service: str) -> set[str]:
    """What was played and is no look."""
    paths = [(method, path) for (at, _), (path, method, _) in player.operations.items() if at == service]
    return {f"{method.upper()} {path.removeprefix(f'/{service}')}" for method, path in paths if method != "get"}


async def routes_of(url: str, service: str, key: str | None) -> set[str]:
    async with Client(url, key or "") as client:
        found = await client.get(f"/{service}/operations/changes", limit=500)
    return {it["route"].replace(f" /{service}/", " /") for it in found["items"]}
