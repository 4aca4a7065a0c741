"""Notifications' database, fresh, on SQLite and on PostgreSQL, on the day on which the news come; and who it asks."""

from __future__ import annotations

import pytest

from shared.database import Database
from tests.integration.notifications.world import ADA, FakeAsk
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import AT


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("notifications")
    await set_clock(database, AT)
    return database


@pytest.fixture
def ask() -> FakeAsk:
    """Ada hears for party 1."""
    ask = FakeAsk()
    ask.concerned(1, ADA)
    return ask
