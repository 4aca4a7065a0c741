"""Call an agreement back: nobody is to sign it any more, and another can be sent (R6)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.calling_back import called_back
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared import clock
from shared.contracts import registration as events
from shared.database import Database


async def call_back_agreement(database: Database, id: str, *, by: str) -> Agreement:
    """Call back an agreement that nobody has signed. The same twice is one. Raises NotFound or Conflict."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        after = called_back(before, await clock.today(connection))
        return await change_agreement(connection, before, after, events.AGREEMENT_CALLED_BACK, by=by)


async def call_back_for_withdrawal(connection: AsyncConnection, programme: str, party: str, *, by: str) -> None:
    """Call back the agreement that a party has, if it has one, since its application is withdrawn: a half-signed one too.

    A step of withdrawing, under the programme's lock. Raises Conflict where it is signed as a whole: such a one is ended.
    """
    found = await agreements.find(connection, programme, party)
    if found is None:
        return
    before = await agreements.get(connection, found.id, lock=True)
    after = called_back(before, await clock.today(connection), is_withdrawn=True)
    await change_agreement(connection, before, after, events.AGREEMENT_CALLED_BACK, by=by)
