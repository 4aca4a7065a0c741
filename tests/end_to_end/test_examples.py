"""Every operation of every service does what its OpenAPI document shows."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.story import played


async def test_every_example_works_and_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async with played(tmp_path) as (_, player):
        assert player.operations.keys() - player.played == set(), "to be played in tests/end_to_end/story.py"
        for (service, id), (_, _, operation) in player.operations.items():
            if "404" in operation["responses"]:
                answer = await player.of_what_is_not_there(service, id)
                assert answer.status_code == 404, f"{service} {id}: {answer.text}"
