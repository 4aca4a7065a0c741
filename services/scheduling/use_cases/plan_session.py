"""Plan a session (S1–S4)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling import repository
from services.scheduling.domain.carried_instalment import check_instalment
from services.scheduling.domain.period import check_within
from services.scheduling.domain.plan import Reason, is_revision
from services.scheduling.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.domain.planning import check_place_is_free, check_planned
from services.scheduling.domain.session import Session
from services.scheduling.domain.whereabouts import with_place
from services.scheduling.use_cases.change_plan import note_revision
from services.scheduling.use_cases.change_session import tell_of_session
from services.scheduling.use_cases.heed_warnings import heed_warnings
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
        period = await repository.lock_programme(connection, planned.programme)
        if planned.party:
            await repository.check_party_is_known(connection, planned.party)
        standing = await repository.in_same_place(connection, planned)
        if standing and replace(planned, **{name: getattr(standing, name) for name in COMES_LATER}) == standing:
            return standing
        check_place_is_free(standing)
        check_within(planned, period)
        check_instalment(planned, await repository.carrier_of(connection, planned.programme, planned.instalment))
        await heed_warnings(connection, None, planned, acceptance, by=by)
        await repository.add(connection, planned, by=by)
        await tell_of_session(connection, planned, "planned")
        if is_revision(None, planned):
            await note_revision(connection, planned.programme, changed=1, reason=reason, by=by)
        return planned
