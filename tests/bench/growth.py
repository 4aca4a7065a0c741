"""The time that an event takes, from its facts to the invoice and the relay, with many rows behind it against few."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import update

from services.billing import tables
from services.billing.consumers import consumers
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from shared.clock import real_now
from shared.database import Database
from shared.ids import new_id
from shared.messaging import inbox
from shared.messaging import tables as kernel
from shared.messaging.facts import record
from shared.messaging.relay import Relay
from tests.bench import billing
from tests.bench.ground import Databases, Figures, Ground
from tests.support import events
from tests.support.facts import facts_of
from tests.unit.billing.samples import SELLER

FEW, MANY = 1_000, 100_000
SAMPLES = 60
CHUNK = 5_000


async def measure(ground: Ground, figures: Figures) -> None:
    """The worse of the two databases."""
    ratios = {}
    for name, databases in ground.kinds.items():
        few, many = await _behind(databases, FEW), await _behind(databases, MANY)
        taken = [(await _one(few, n), await _one(many, n)) for n in range(SAMPLES)]
        ratios[name] = median(with_many for _, with_many in taken) / median(with_few for with_few, _ in taken)
        for database in (few, many):
            await billing.done_with(databases, database)
    figures["growth.per_event_1e5_vs_1e3"] = max(ratios.values())
    figures |= {f"growth.per_event_1e5_vs_1e3.{name}": ratio for name, ratio in ratios.items()}


async def _behind(databases: Databases, count: int) -> Database:
    """A programme in which so many were invoiced, with all that is kept of it, and everything sent."""
    database = await billing.ready(databases, count)
    await issue_what_is_due(database, events.PROGRAMME, SELLER)
    async with database.transaction() as connection:
        await connection.execute(update(kernel.outbox).values(published_at=real_now()))
    long_ago = real_now() - timedelta(days=30)
    for _ in range(0, count, CHUNK):
        had = [{"handler": "agreement", "event_id": new_id(), "handled_at": long_ago} for _ in range(min(CHUNK, count))]
        async with database.transaction() as connection:
            await connection.execute(kernel.inbox.insert(), had)
    if not database.is_sqlite:  # as autovacuum leaves it: what lies behind an event has settled long ago
        async with database.writer.connect() as connection:
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("VACUUM (ANALYZE)")
            await connection.exec_driver_sql("CHECKPOINT")
    return database


async def _one(database: Database, n: int) -> float:
    """Seconds for one more party and its agreement: facts, inbox, invoice, and the relay's reading and noting."""
    number = 5_000_000 + n
    news: list[Any] = [events.party(number), events.signed(number)]
    relay = Relay(database, "BILLING")
    began = perf_counter()
    async with database.transaction() as connection:
        await inbox.enter(connection, [("agreement", event.id) for event in news])
        await record(connection, facts_of(consumers, *news))
    await issue_what_is_due(database, events.PROGRAMME, SELLER)
    (row,) = await relay.unsent()
    async with database.transaction() as connection:
        sent = update(kernel.outbox).where(kernel.outbox.c.position == row.position)
        await connection.execute(sent.values(published_at=real_now()))
    took = perf_counter() - began
    assert await _is_invoiced(database, number)
    return took


async def _is_invoiced(database: Database, number: int) -> bool:
    query = tables.invoice.select().where(tables.invoice.c.agreement == events.agreement_id(number))
    async with database.reading() as connection:
        return (await connection.execute(query)).first() is not None
