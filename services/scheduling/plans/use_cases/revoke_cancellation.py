"""Take back a cancellation that was made by mistake: the session is planned again (B6)."""

from __future__ import annotations

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_warnings
from services.scheduling.plans.domain.cancellation import cancellation_revoked
from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_and_revise
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.period import check_within
from services.scheduling.sessions.domain.place_in_plan import check_place_is_free
from services.scheduling.sessions.domain.session import Session
from shared.database import Database


async def revoke_cancellation(
    database: Database, id: str, acceptance: Acceptance = NOTHING_SEEN, *, by: str, reason: Reason = "other"
) -> Session:
    """The session as it was, but for its instalment where another session carries that by now.

    It comes back to its days, of which much may have changed meanwhile: what speaks against them is told as of one that is planned.

    Raises NotFound, Conflict where another session stands in its place of the plan, RuleBroken where the programme's period has
    changed and leaves it out, NotAccepted, or Stale.
    """
    async with database.transaction() as connection:
        session, period = await session_rows.lock_with_programme(connection, id)
        carrier = await session_rows.carrier_of(connection, session.programme, session.freed_instalment)
        after = cancellation_revoked(session, is_free=carrier is None)
        if after != session:
            check_place_is_free(await session_rows.in_same_place(connection, after))
            check_within(after, period)
            await heed_warnings(connection, session, after, acceptance, by=by)
        return await change_and_revise(connection, session, after, "cancellation_revoked", by=by, reason=reason)
