"""What the domain calls now.

Real time, unless the database was made with a simulated clock: then the time that stands there, which an
operator moves forward and nothing else does. It is read in each transaction and never cached, since another process may
have moved it. Whatever is technical (time-outs, leases, delays, SMTP retries, keys' expiry) runs on real time.

Real time is the database's wherever replicas must agree (what day it is, whose lease has run out, when a mail is tried again):
their machines' clocks may stand apart.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Column, ColumnElement, Integer, MetaData, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Instant, insert
from shared.errors import Conflict

OSLO = ZoneInfo("Europe/Oslo")
# Where a simulated clock starts. It only moves forward, so this lies before everything that is played on it.
START = datetime(2024, 1, 1, tzinfo=UTC)

metadata = MetaData()
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("simulated", Boolean, nullable=False),
    Column("now", Instant),  # none on the real clock
)


class WrongClock(Exception):
    """The database was made with a simulated clock and the service is started without, or the other way round."""


async def prepare(connection: AsyncConnection, *, simulated: bool) -> None:
    """Fix at the first start which clock a database has. Raises WrongClock at a later one that wants the other."""
    first = {"id": 1, "simulated": simulated, "now": START if simulated else None}
    # Replicas start together: the first one's row stays.
    await connection.execute(insert(connection, clock).on_conflict_do_nothing(), first)
    row = (await connection.execute(select(clock))).one()
    if row.simulated != simulated:
        made, wanted = ("a simulated", "the real") if row.simulated else ("the real", "a simulated")
        msg = f"this database was made with {made} clock and cannot run on {wanted} one"
        raise WrongClock(msg)


def real_now() -> datetime:
    """The time of this machine, in UTC; another replica's may be another. For what is only shown, or stays in this process."""
    return datetime.now(UTC)


async def database_now(connection: AsyncConnection) -> datetime:
    """The real time by the database's clock, in UTC: the same for all replicas."""
    return (await connection.execute(select(_by_the_database(connection.dialect.name)))).scalar_one()


async def now(connection: AsyncConnection) -> datetime:
    """The domain's now, in UTC."""
    found: datetime = (await connection.execute(select(moment(connection)))).scalar_one()
    return found


def moment(connection: AsyncConnection) -> ColumnElement[datetime]:
    """The domain's now, in UTC, as a part of a statement."""
    return moment_in(connection.dialect.name)


def moment_in(dialect: str) -> ColumnElement[datetime]:
    """The same, for a statement that is built once for all connections."""
    simulated = select(clock.c.now).scalar_subquery()
    return func.coalesce(simulated, _by_the_database(dialect), type_=Instant)


def _by_the_database(dialect: str) -> ColumnElement[datetime]:
    if dialect == "postgresql":
        return func.clock_timestamp(type_=Instant)  # and not that of the transaction's beginning
    # With microseconds, as moments are stored.
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=Instant)


async def today(connection: AsyncConnection) -> date:
    """The domain's day in Norway."""
    return day_of(await now(connection))


def day_of(moment: datetime) -> date:
    """The day that it is in Norway."""
    return moment.astimezone(OSLO).date()


async def is_simulated(connection: AsyncConnection) -> bool:
    return bool((await connection.execute(select(clock.c.simulated))).scalar())


async def move(connection: AsyncConnection, to: datetime) -> None:
    """Set the simulated clock to a moment. Raises Conflict on the real clock, and for a moment before the one it shows."""
    row = (await connection.execute(select(clock).with_for_update())).first()
    if row is None or not row.simulated:
        msg = "this database runs on the real clock"
        raise Conflict(msg, code="clock_is_real")
    at = await now(connection)
    if to < at:
        msg = "the clock only moves forward"
        raise Conflict(msg, code="clock_only_moves_forward", field="now")
    if to > at:
        await connection.execute(clock.update().values(now=to))
