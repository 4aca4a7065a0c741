"""Call an agreement back: nobody is to sign it any more, and another can be sent (R6)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.calling_back import called_back
from services.registration.agreements.use_cases.change_agreement import change_agreement
from services.registration.applications import repository as applications
from services.registration.applications import telling as applications_telling
from services.registration.programmes import repository as programmes
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def call_back_agreement(database: Database, id: str, *, by: str) -> Agreement:
    """Call back an agreement that nobody has signed. The same twice is one. Raises NotFound or Conflict.

    The application has its payer's reference from then on, as it was corrected last: another agreement has it from there.
    """
    async with database.transaction() as connection:
        await programmes.get(connection, (await agreements.get(connection, id)).programme, lock=True)
        before = await agreements.get(connection, id, lock=True)
        after = called_back(before, await clock.today(connection))
        found = await change_agreement(connection, before, after, events.AGREEMENT_CALLED_BACK, by=by)
        if after != before:
            await _hand_reference_back(connection, after, by=by)
        return found


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


async def _hand_reference_back(connection: AsyncConnection, agreement: Agreement, *, by: str) -> None:
    before = await applications.find(connection, agreement.programme, agreement.party)
    if before is not None and before.payer_reference != agreement.payer_reference:
        after = replace(before, version=before.version + 1, payer_reference=agreement.payer_reference)
        await applications.save(connection, after, by=by)
        await outbox.tell(connection, events.APPLICATION_CHANGED, applications_telling.application(after))
