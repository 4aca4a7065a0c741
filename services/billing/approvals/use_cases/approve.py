"""Approve documents that wait, so that they are issued."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.approvals import repository as approvals
from services.billing.approvals.domain.held import Approval, Held
from services.billing.works import ISSUE_WHAT_IS_DUE, look_again
from shared.clock import database_now
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import marks
from shared.messaging.facts import record


async def approve(database: Database, id: str, *, by: str) -> tuple[Approval, Sequence[Held]]:
    """Have the worker issue what an approval holds back; one that is given already stays as it is.

    What changes before it is issued is not what was approved, and is asked for anew. Raises NotFound, and Conflict where
    nothing of it waits any more.
    """
    async with database.transaction() as connection:
        asked, _ = await approvals.approval(connection, id)
        # A worker that lets go of some of it, or puts another in its place, has the lock meanwhile.
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, asked.programme, wait=True)
        asked, held = await approvals.approval(connection, id)
        if asked.approved_at is not None:
            return asked, held
        if not held:
            msg = "nothing of it waits any more: what has become known since has overtaken it"
            raise Conflict(msg, code="waits_no_more", field="id")
        await approvals.approve(connection, id, by=by, at=await database_now(connection))
        await record(connection, look_again(asked.programme))
        return await approvals.approval(connection, id)
