"""Show the receipt of an erasure, as far as all services have answered by now (N2)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import documents
from services.registration.erasure import repository
from services.registration.erasure.domain.receipt import Receipt, receipt
from shared.clock import day_of
from shared.database import Database
from shared.errors import NotFound


async def show_receipt(database: Database, person: str, *, backups_kept_days: int) -> Receipt:
    """Raises NotFound for who was not erased."""
    async with database.reading() as connection:
        return await _receipt(database, connection, person, backups_kept_days=backups_kept_days)


async def pending_receipts(database: Database, *, backups_kept_days: int) -> list[Receipt]:
    """Those to which a service has not answered yet, the earliest first."""
    async with database.reading() as connection:
        return [
            await _receipt(database, connection, person, backups_kept_days=backups_kept_days)
            for person in await repository.unanswered(connection)
        ]


async def _receipt(database: Database, connection: AsyncConnection, person: str, *, backups_kept_days: int) -> Receipt:
    erasure = await repository.find(connection, person)
    if erasure is None:
        msg = "this person was not erased"
        raise NotFound(msg, code="person_is_not_erased", rule="N2", field="person")
    return receipt(
        erasure,
        await repository.answers(connection, person),
        erased_on=day_of(erasure.erased_at),
        backups_kept_days=backups_kept_days,
        has_archive=not database.is_sqlite,
        named_until=await documents.last_days_of_those_naming(connection, person),
    )
