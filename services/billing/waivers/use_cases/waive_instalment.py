"""Let an agreement off one instalment (B5)."""

from __future__ import annotations

from dataclasses import replace

from services.billing.waivers import repository as waivers
from services.billing.waivers import telling
from services.billing.waivers.domain.waiver import Waiver, WaiverReason, check_same_reason
from services.billing.works import ISSUE_WHAT_IS_DUE, look_again
from shared.contracts import billing as events
from shared.database import Database
from shared.ids import new_id
from shared.messaging import marks, outbox
from shared.messaging.facts import record


async def waive_instalment(
    database: Database, agreement: str, *, instalment: int, reason: WaiverReason, by: str
) -> Waiver:
    """Have an instalment fall due to an agreement no more; an invoice that stands for it is credited.

    It may be waived before anything delivers it. The same waiver twice is one. Raises NotFound for an agreement that is not
    known, Conflict where the instalment is waived for another reason.
    """
    async with database.transaction() as connection:
        whose = await waivers.whose(connection, agreement)
        # Of two requests for the same waiver the second waits here, and then finds the first one's.
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, whose.programme, wait=True)
        standing = await waivers.standing_waiver(connection, agreement, instalment)
        if standing is not None:
            check_same_reason(standing, reason)
            return standing
        waiver = Waiver(
            id=new_id(),
            version=1,
            event_id="",
            programme=whose.programme,
            party=whose.party,
            agreement=agreement,
            instalment=instalment,
            reason=reason,
            withdrawn=False,
        )
        event = await outbox.tell(connection, events.INSTALMENT_WAIVED, telling.waiver(waiver))
        waiver = replace(waiver, event_id=event.id)
        await waivers.add(connection, waiver, by=by)
        await record(connection, look_again(waiver.programme, agreement=agreement))
        return waiver
