"""Plan a session (S1–S4)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_warnings
from services.scheduling.plans.domain.plan import Reason, is_revision
from services.scheduling.plans.use_cases.change_plan import note_revision
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.carried_instalment import check_instalment
from services.scheduling.sessions.domain.period import check_is_open, check_within
from services.scheduling.sessions.domain.place_in_plan import check_place_is_free, check_planned
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.domain.whereabouts import with_place
from services.scheduling.sessions.use_cases.save_session import tell_of_session
from shared.database import Database

COMES_LATER = ("id", "version", "state", "freed_instalment")  # what no request says, and is not compared


async def plan_session(
    database: Database,
    planned: Session,
    acceptance: Acceptance = NOTHING_SEEN,
    *,
    by: str,
    reason: Reason = "other",
) -> Session:
    """The same place of the plan (kind, number, party) with the same content twice is one session.

    Raises NotFound for a programme or party that is not known yet, RuleBroken, NotAccepted, or Conflict for other content.
    """
    check_planned(planned)
    planned = with_place(planned, {"place": planned.place} if planned.place else {})
    async with database.transaction() as connection:
        period = await session_rows.lock_programme(connection, planned.programme)
        if planned.party:
            await session_rows.check_party_is_known(connection, planned.party)
        standing = await session_rows.in_same_place(connection, planned)
        if standing and replace(planned, **{name: getattr(standing, name) for name in COMES_LATER}) == standing:
            return standing
        check_is_open(period)
        check_place_is_free(standing)
        check_within(planned, period)
        check_instalment(planned, await session_rows.carrier_of(connection, planned.programme, planned.instalment))
        await heed_warnings(connection, None, planned, acceptance, by=by)
        await session_rows.add(connection, planned, by=by)
        await tell_of_session(connection, planned, "planned")
        if is_revision(None, planned):
            await note_revision(connection, planned.programme, changed=1, reason=reason, by=by)
        return planned
