"""Give an instalment's number to a physical joint session, or take it away (B3, B6)."""

from __future__ import annotations

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.carried_instalment import with_instalment
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.use_cases.save_session import save_session
from shared.database import Database


async def give_instalment(database: Database, id: str, instalment: int | None, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        session, _ = await repository.lock_with_programme(connection, id)
        carrier = await repository.carrier_of(connection, session.programme, instalment)
        return await save_session(connection, session, with_instalment(session, instalment, carrier), "changed", by=by)
