"""Record a signature; the agreement is signed when its last is in (R6)."""

from __future__ import annotations

from datetime import date

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Role
from services.registration.agreements.domain.signing import signed
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared import clock
from shared.contracts import registration as events
from shared.database import Database


async def sign_agreement(
    database: Database, id: str, role: Role, *, place: str, signed_on: date, fingerprint: str | None = None, by: str
) -> Agreement:
    """`fingerprint` is that of the document that was signed, where it is said. The same signature twice is one. Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        after = signed(before, role, place, signed_on, await clock.today(connection), fingerprint=fingerprint)
        happened = events.AGREEMENT_SIGNED if after.signed_on != before.signed_on else None
        return await change_agreement(connection, before, after, happened, by=by)
