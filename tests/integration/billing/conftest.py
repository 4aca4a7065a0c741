"""Billing's database, fresh, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from shared.database import Database
from tests.support.databases import MakeDatabase


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database("billing")
