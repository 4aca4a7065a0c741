"""Show the receipt of an erasure, as far as all services have answered by now (N2)."""

from __future__ import annotations

from services.registration.erasure import repository
from services.registration.erasure.domain.receipt import Receipt, receipt
from shared.clock import day_of
from shared.database import Database
from shared.errors import NotFound


async def show_receipt(database: Database, person: str, *, backups_kept_days: int) -> Receipt:
    """Raises NotFound for who was not erased."""
    async with database.reading() as connection:
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
        )
