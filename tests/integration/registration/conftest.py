"""Registration's database, fresh, on SQLite and on PostgreSQL, on a day on which parties apply; and its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.registration.app import create
from services.registration.settings import Settings
from shared.database import Database
from tests.integration.registration.world import APRIL, FakeScheduling
from tests.support.api import Api, api_of
from tests.support.databases import MakeDatabase, set_clock


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("registration")
    await set_clock(database, APRIL)
    return database


@pytest.fixture
def scheduling() -> FakeScheduling:
    return FakeScheduling()


@pytest.fixture
async def api(database: Database, scheduling: FakeScheduling, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path, ask=scheduling) as api:
        yield api
