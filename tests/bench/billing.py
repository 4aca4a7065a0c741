"""One completed session, ten thousand agreements: invoices with number, KID and content, and their events, committed.

Against bare Core batch inserts of the very same rows, in transactions of the same size on the same engine: invoices, their links in the
chain, events and deliveries. It is processor time that is compared, ours and the database server's together.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Table, select

from services.billing import tables
from services.billing.consumers import consumers
from services.billing.instalments.use_cases.issue_what_is_due import SLICE, issue_what_is_due
from shared import clock
from shared.database import Database
from shared.messaging import tables as kernel
from shared.messaging.tables import work_mark
from tests.bench.ground import Databases, Figures, Ground, clocked, in_turns, processor_time
from tests.support.events import PROGRAMME, completed, party, programme, signed
from tests.support.facts import take
from tests.unit.billing.samples import SELLER

AGREEMENTS = 10_000
ROUNDS = 5
CHUNK = 500  # agreements a transaction while the ground is laid


async def measure(ground: Ground, figures: Figures) -> None:
    for name, databases in ground.kinds.items():
        ours = partial(issue, databases)
        floor, took = await in_turns(partial(insert_bare, databases), ours, rounds=ROUNDS)
        figures[f"billing.vs_sql_floor.{name}"] = floor / took
        figures[f"billing.invoices_per_s.{name}"] = AGREEMENTS / took


async def ready(databases: Databases, count: int = AGREEMENTS) -> Database:
    """A database with a programme, so many signed agreements, and one session completed; nothing issued yet."""
    database = Database(await databases.create("billing"))
    async with database.transaction() as connection:
        await clock.prepare(connection, simulated=True)
        await clock.move(connection, clock.real_now())
    await take(consumers, database, programme())
    for start in range(0, count, CHUNK):
        events: list[Any] = [it for n in range(start, min(start + CHUNK, count)) for it in (party(n), signed(n))]
        await take(consumers, database, *events)
    async with database.transaction() as connection:
        await connection.execute(work_mark.delete())
    await take(consumers, database, completed(1))
    return database


async def issue(databases: Databases) -> float:
    """Seconds of processor time that our use case takes."""
    database = await ready(databases)
    with clocked(processor_time) as took:
        await issue_what_is_due(database, PROGRAMME, SELLER)
    assert await count(database, tables.invoice) == AGREEMENTS
    await done_with(databases, database)
    return took()


async def insert_bare(databases: Databases) -> float:
    """The same of bare inserts of the same rows, which our use case makes beforehand."""
    source = await ready(databases)
    await issue_what_is_due(source, PROGRAMME, SELLER)
    invoices, outbox = await rows(source, tables.invoice), await rows(source, kernel.outbox)
    deliveries, chain = await rows(source, tables.delivery), await rows(source, tables.chain)
    await done_with(databases, source)
    database = Database(await databases.create("billing"))
    with clocked(processor_time) as took:
        for start in range(0, AGREEMENTS, SLICE):
            async with database.writer.begin() as connection:
                await connection.execute(tables.invoice.insert(), invoices[start : start + SLICE])
                await connection.execute(tables.chain.insert(), chain[start : start + SLICE])
                await connection.execute(kernel.outbox.insert(), outbox[start : start + SLICE])
                await connection.execute(tables.delivery.insert(), deliveries[start : start + SLICE])
    assert await count(database, tables.invoice) == AGREEMENTS
    await done_with(databases, database)
    return took()


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def count(database: Database, table: Table) -> int:
    return len(await rows(database, table))


async def done_with(databases: Databases, database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    await database.close()
    await databases.remove(url)
