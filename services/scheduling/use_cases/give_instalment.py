"""Give an instalment's number to a physical joint session, or take it away (B3, B6)."""

from __future__ import annotations

from services.scheduling import repository
from services.scheduling.domain.carried_instalment import carrying
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.save_and_tell import save
from shared.database import Database


async def give_instalment(database: Database, id: str, instalment: int | None, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        session, _ = await repository.locked(connection, id)
        carrier = await repository.carrier(connection, session.programme, instalment)
        return await save(connection, session, carrying(session, instalment, carrier), "changed", by=by)
