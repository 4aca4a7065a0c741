"""Every operation of every service does what its OpenAPI document shows."""

from __future__ import annotations

from pathlib import Path

from tests.support.story import played


async def test_every_example_works_on_a_fresh_programme(tmp_path: Path) -> None:
    async with played(tmp_path) as (_, player):
        assert player.operations.keys() - player.played == set()
