"""Correct the place and date of a signature, or take back one that was recorded for the wrong person (R6)."""

from __future__ import annotations

from datetime import date

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.signing import corrected, taken_back
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared import clock
from shared.contracts import registration as events
from shared.database import Database


async def correct_signature(
    database: Database, id: str, role: str, *, place: str, signed_on: date, by: str
) -> Agreement:
    """Others are told where the day changes on which the agreement is signed as a whole.

    Raises NotFound, RuleBroken, or Conflict for a signature that is not in.
    """
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        after = corrected(before, role, place, signed_on, await clock.today(connection))
        happened = events.AGREEMENT_AMENDED if after.signed_on != before.signed_on else None
        return await change_agreement(connection, before, after, happened, by=by)


async def take_signature_back(database: Database, id: str, role: str, *, by: str) -> Agreement:
    """A signature that is not in is no fault. Raises NotFound, RuleBroken, or Conflict where all have signed."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        return await change_agreement(connection, before, taken_back(before, role), None, by=by)
