"""Take back a cancellation that was made by mistake: the session is planned again (B6)."""

from __future__ import annotations

from services.scheduling.plans.domain.cancellation import cancellation_revoked
from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_and_revise
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.period import check_within
from services.scheduling.sessions.domain.place_in_plan import check_place_is_free
from services.scheduling.sessions.domain.session import Session
from shared.database import Database


async def revoke_cancellation(database: Database, id: str, *, by: str, reason: Reason = "other") -> Session:
    """The session as it was, but for its instalment where another session carries that by now.

    Raises NotFound, Conflict where another session stands in its place of the plan, RuleBroken where the programme's period has
    changed and leaves it out, or Stale.
    """
    async with database.transaction() as connection:
        session, period = await session_rows.lock_with_programme(connection, id)
        carrier = await session_rows.carrier_of(connection, session.programme, session.freed_instalment)
        after = cancellation_revoked(session, is_free=carrier is None)
        if after != session:
            check_place_is_free(await session_rows.in_same_place(connection, after))
            check_within(after, period)
        return await change_and_revise(connection, session, after, "cancellation_revoked", by=by, reason=reason)
