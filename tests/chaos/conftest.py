"""A fleet of real processes for tests of faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.contracts.catalogue import PUBLISHERS
from tests.support.copies import Copies
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.smtp import MailServer


@pytest.fixture
def copies(request: pytest.FixtureRequest, databases: SqliteDatabases | PostgresDatabases, tmp_path: Path) -> Copies:
    is_on_postgres = isinstance(databases, PostgresDatabases)
    return Copies(tmp_path / "copies", request.getfixturevalue("postgres") if is_on_postgres else None)


@pytest.fixture
async def fleet(
    databases: SqliteDatabases | PostgresDatabases, tmp_path: Path, nats: NatsServer, smtp: MailServer
) -> AsyncIterator[Fleet]:
    urls = {service: await databases.create(service) for service in PUBLISHERS}
    found = Fleet(tmp_path, urls, nats, smtp)
    try:
        await found.start()
        yield found
    finally:
        await found.stop()
    for url in urls.values():
        await databases.remove(url)
