"""Read what decides about a programme's agreements, beside themselves: the same for who issues and for who only looks."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.approvals import repository as approvals
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.to_do import Known
from services.billing.occasions import repository as occasions
from services.billing.waivers import repository as waivers


async def what_is_known(connection: AsyncConnection, code: str) -> Known:
    """All of it, in as many statements whatever there is."""
    return Known(
        programme=await agreements.programme(connection, code),
        occasions=await occasions.of_programme(connection, code),
        waived=await waivers.standing(connection, code),
        waiting=await approvals.waiting(connection, code),
    )
