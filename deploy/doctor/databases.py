"""A service's database: whether it answers, which migrations it has had, what it was told that nobody here knows, its clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.doctor.certificates import of_authority
from deploy.doctor.disk import free
from deploy.doctor.finding import Finding, fine, wrong
from shared import clock, migrations
from shared.contracts.catalogue import BY_TYPE
from shared.database import Database
from shared.messaging.tables import outbox, parked_message
from shared.migrations.steps import WrongSchema

MOST_APART = timedelta(seconds=2)
# Why a message is parked that a newer version told.
OF_A_NEWER = ("unknown_type", "unknown_version")


async def look(service: str, url: str) -> AsyncIterator[Finding]:
    path = Path(make_url(url).database or "")
    is_file = make_url(url).get_backend_name() == "sqlite"
    if is_file and not path.exists():  # noqa: ASYNC240 - nothing else runs meanwhile
        yield wrong(
            "database", service, f"there is no {path}", f"python -m services.{service} migrate, or put back a copy"
        )
        return
    if is_file:
        yield free(service, path.parent)
    elif isinstance(file := make_url(url).query.get("sslrootcert"), str):
        yield of_authority("sslrootcert", service, Path(file))
    database = Database(url)
    try:
        found = [it async for it in _look(service, database)]
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        found = [
            wrong(
                "database", service, f"it cannot be used: {reason}", "is it there, and are its role and password right?"
            )
        ]
    finally:
        await database.close()
    for it in found:
        yield it


async def _look(service: str, database: Database) -> AsyncIterator[Finding]:
    where = str(database.url.database) if database.is_sqlite else f"{database.url.host}, {database.url.database}"
    async with database.reading() as connection:
        yield fine("database", service, f"{where} answers")
        yield await _clock(service, connection)
    schema = await migrations.look(database, service)
    try:
        do = "nothing may be issued by this version meanwhile"
        schema.check_only_adds()
        do = f"python -m services.{service} migrate"
        schema.check_serves()
    except WrongSchema as error:
        yield wrong("schema", service, str(error), do)
        return
    pending = [it.revision for branch in schema.branches for it in branch.pending]
    says = "all migrations were run"
    if schema.unknown:
        says = f"a newer version has added {', '.join(schema.unknown)}, which this one leaves alone"
    elif pending:
        says = f"all is run but {', '.join(pending)}, which ends the way back to the version before"
    yield fine("schema", service, says)
    async with database.reading() as connection:
        async for it in _contracts(service, connection):
            yield it


async def _clock(service: str, connection: AsyncConnection) -> Finding:
    if connection.dialect.name == "sqlite":
        return fine("clock", service, "the database has this machine's")
    before = clock.real_now()
    theirs = await clock.database_now(connection)
    ours = before + (clock.real_now() - before) / 2
    apart = (theirs - ours).total_seconds()
    says = f"the database's is {abs(apart):.1f} s {'ahead of' if apart > 0 else 'behind'} this machine's"
    if abs(apart) <= MOST_APART.total_seconds():
        return fine("clock", service, says)
    return wrong("clock", service, says, "have both follow a time server (NTP)")


async def _contracts(service: str, connection: AsyncConnection) -> AsyncIterator[Finding]:
    told = set((await connection.execute(select(outbox.c.type).distinct())).scalars())
    parked = select(func.count()).select_from(parked_message)
    parked = parked.where(parked_message.c.state == "parked", parked_message.c.reason.in_(OF_A_NEWER))
    waiting = (await connection.execute(parked)).scalar_one()
    for it in _differences(service, sorted(told - set(BY_TYPE)), waiting):
        yield it


def _differences(service: str, newer: list[str], waiting: int) -> Iterator[Finding]:
    if newer:
        yield wrong(
            "contracts",
            service,
            f"it has told {', '.join(newer)}, which this version does not know",
            "run the newer version",
        )
    if waiting:
        says = f"{waiting} messages are parked that this version does not know"
        yield wrong(
            "contracts", service, says, "bring this service up to the version of who told them, then replay them"
        )
    if not newer and not waiting:
        yield fine("contracts", service, "nothing was told that this version does not know")
