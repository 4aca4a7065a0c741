"""Release an instalment by hand (B6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.billing.occasions import repository as occasions
from services.billing.occasions import telling
from services.billing.occasions.domain.release import Release, ReleaseReason, check_effective_day, check_same_where
from services.billing.works import ISSUE_WHAT_IS_DUE, look_again_for
from shared import clock
from shared.contracts import billing as events
from shared.database import Database
from shared.ids import new_id
from shared.messaging import marks, outbox
from shared.messaging.facts import record


async def release_instalment(
    database: Database,
    programme: str,
    *,
    instalment: int,
    effective_on: date,
    venue: str,
    city: str,
    reason: ReleaseReason,
    by: str,
) -> Release:
    """Have an instalment fall due as if a session that carries it had been completed on the effective day.

    Venue and city say where it was. The same release twice is one release. Raises NotFound for a programme that is not known,
    RuleBroken for a day that is yet to come or outside the programme's period, Conflict where the period is not known, or
    where the same release stands with another place.
    """
    async with database.transaction() as connection:
        await occasions.check_programme_is_named(connection, programme)
        # Of two requests for the same release the second waits here, and then finds the first one's.
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
        check_effective_day(effective_on, await clock.today(connection), await occasions.period(connection, programme))
        release = Release(
            id=new_id(),
            version=1,
            event_id="",
            programme=programme,
            instalment=instalment,
            effective_on=effective_on,
            venue=venue,
            city=city,
            reason=reason,
            withdrawn=False,
        )
        standing = await occasions.standing_release(connection, release)
        if standing is not None:
            check_same_where(standing, release)
            return standing
        event = await outbox.tell(connection, events.INSTALMENT_RELEASED, telling.release(release))
        release = replace(release, event_id=event.id)
        await occasions.add_release(connection, release, by=by)
        await record(connection, look_again_for(programme, release.id))
        return release
