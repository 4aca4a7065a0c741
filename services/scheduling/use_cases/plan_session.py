"""Plan a session (S1–S4)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling import repository
from services.scheduling.domain.instalment import check_instalment
from services.scheduling.domain.session import Session, check_planned
from services.scheduling.use_cases.tell import tell
from shared.database import Database
from shared.errors import Conflict


async def plan_session(database: Database, planned: Session, *, by: str) -> Session:
    """The same place of the plan (kind, number, party) with the same content twice is one session.

    Raises NotFound for a programme or party that is not known yet, RuleBroken, or Conflict for other content.
    """
    check_planned(planned)
    async with database.transaction() as connection:
        await repository.lock_programme(connection, planned.programme)
        if planned.party:
            await repository.check_party(connection, planned.party)
        standing = await repository.in_place(connection, planned)
        if standing is not None:
            if replace(planned, id=standing.id, version=standing.version, state=standing.state) == standing:
                return standing
            msg = "another session stands in this place of the plan"
            raise Conflict(msg, rule="S4", field="number")
        check_instalment(planned, await repository.carrier(connection, planned.programme, planned.instalment))
        await repository.add(connection, planned, by=by)
        await tell(connection, planned, "planned")
        return planned
