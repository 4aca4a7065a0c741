"""Accept what a plan lacks of the programme's shape, with a reason (S1)."""

from __future__ import annotations

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.circumstances.repository import Accepted
from services.scheduling.plans.domain.plan_findings import PlanFinding, plan_findings
from services.scheduling.sessions import repository as session_rows
from shared import clock
from shared.database import Database
from shared.errors import NotFound


async def accept_finding(
    database: Database, programme: str, code: str, sessions: tuple[str, ...], *, because: str, by: str
) -> tuple[PlanFinding, Accepted]:
    """What is accepted for this reason already, by whomever, stays so; another reason is kept instead. Raises NotFound for what is not found."""
    async with database.transaction() as connection:
        period = await session_rows.lock_programme(connection, programme)
        found = plan_findings(await session_rows.standing(connection, programme, None), period)
        it = next((it for it in found if (it.code, it.sessions) == (code, sessions)), None)
        if it is None:
            msg = "the plan has no such finding; look at it anew"
            raise NotFound(msg, code="no_such_finding", field="code")
        before = (await circumstances.accepted(connection, programme)).get((it.code, it.about))
        if before and before.because == because:
            return it, before
        how = Accepted(by=by, at=await clock.now(connection), because=because)
        await circumstances.keep_accepted(connection, programme, [it], how)
        return it, how
