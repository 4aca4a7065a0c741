"""A PostgreSQL is put back to a moment before a mistake, and what was told after that moment is recovered from the streams."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared import clock, migrations
from shared.database import Database
from tests.support.databases import new_database, set_clock
from tests.support.drill import DrillOf
from tests.support.events import completed, party, programme, signed
from tests.support.postgres import DURABLE, Postgres
from tests.support.waiting import eventually

LATER = datetime(2025, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Postgres]:
    found = Postgres(DURABLE | {"fsync": "off"})
    try:
        found.archive_log()
        found.start()
        yield found
    finally:
        found.remove()


async def test_a_mistake_is_taken_back_and_what_was_told_since_is_not_lost(server: Postgres, drill_of: DrillOf) -> None:
    """The base is from before the first invoices, so that these come from the archived log, and the last from the streams."""
    drill = await drill_of("billing")
    database = Database(await new_database(server))
    await migrations.upgrade(database, "billing")
    async with database.transaction() as connection:
        await clock.prepare(connection, simulated=True)
    await set_clock(database, LATER)
    server.take_base()
    await drill.publish(programme(), party(1), party(2), signed(1), signed(2), completed(1))
    async with drill.running(database):
        pass
    until = await asked(database, "SELECT clock_timestamp()")
    await drill.publish(completed(2))
    async with drill.running(database):
        pass
    since = await drill.rows(database)
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE inbox CASCADE"))
    await asked(database, "SELECT pg_switch_wal()")
    await database.close()
    server.put_back(until=str(until))
    await eventually(lambda: is_promoted(database))
    assert len((await drill.rows(database))["invoice"]) == 2
    await database.close()
    report = await drill.recover(database)
    assert (report.done, report.invalid) == (True, [])
    assert report.adopted["kulturskole.billing.invoice.issued.v1"] == 2
    found = await drill.rows(database)
    assert len(found["invoice"]) == 4
    assert found["invoice"] == since["invoice"]
    assert {it["event_id"] for it in found["outbox"]} >= {it["event_id"] for it in since["outbox"]}
    await database.close()


async def asked(database: Database, query: str) -> object:
    async with database.transaction() as connection:
        return (await connection.execute(text(query))).scalar_one()


async def is_promoted(database: Database) -> bool:
    try:
        async with database.looking_up() as connection:
            return not (await connection.execute(text("SELECT pg_is_in_recovery()"))).scalar_one()
    except (SQLAlchemyError, OSError):
        return False
