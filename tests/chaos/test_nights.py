"""All four databases put back from different nights while a programme runs: the short form of two scenarios of `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.nights import restored
from tests.support.copies import Copies
from tests.support.fleet import Fleet

COUNT = 4  # one who signs in time, one late, one who is terminated, one who has left


async def test_four_databases_from_four_nights_are_recovered_and_nothing_comes_twice(
    fleet: Fleet, copies: Copies, tmp_path: Path
) -> None:
    await restored(fleet, copies, tmp_path, COUNT)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
async def test_so_are_they_where_the_streams_were_lost_before_and_are_republished_after(
    fleet: Fleet, copies: Copies, tmp_path: Path
) -> None:
    """On one of the databases: what is other than above is NATS'. `make chaos` has it on both."""
    await restored(fleet, copies, tmp_path, COUNT, streams_are_lost=True)
