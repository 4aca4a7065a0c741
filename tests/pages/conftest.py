"""A programme half-way through, and the pages that show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.support.chromium import NoChromium
from tests.support.chromium import chromium as chromium_of_the_machine
from tests.support.demonstration import Shown, made_once, shown


@pytest.fixture(scope="session")
def half_way(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    base = tmp_path_factory.getbasetemp()
    return made_once(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="module")
def here(half_way: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """It runs for the tests of a module, which may change it."""
    with shown(half_way, tmp_path_factory.mktemp("shown") / "state") as it:
        yield it


@pytest.fixture
def browser(here: Shown) -> Iterator[httpx.Client]:
    """An administrator, logged in."""
    with here.browser() as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Whoever has none is told, in CI too: no registry has a Chromium that could be pinned as all else is."""
    try:
        with chromium_of_the_machine() as it:
            yield it
    except NoChromium as none:
        pytest.skip(f"NOBODY LOOKED AT THE PAGES: {none}")
