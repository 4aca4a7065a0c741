"""Withdraw a party's application, before its agreement is signed (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.withdrawal import check_can_be_withdrawn
from services.registration.agreements.use_cases.call_back_agreement import call_back_for_withdrawal
from services.registration.applications import offers, telling
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.withdrawal import withdrawn
from services.registration.applications.use_cases.number_waiting_list import number_waiting_list
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def withdraw_application(database: Database, id: str, reason: str | None, *, by: str) -> Application:
    """The same withdrawal twice is one. An agreement that is out is called back with it, a half-signed one too.

    The place that it had, or was offered, is free by it, and those who waited behind it move up (R2).

    Raises NotFound, Conflict or Stale.
    """
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        after = withdrawn(before, reason)
        if after == before:
            return before
        check_can_be_withdrawn(await agreements.find(connection, before.programme, before.party))
        seen.compare(before, await applications.last_assessment(connection, id))
        after = replace(after, version=before.version + 1)
        await applications.save(connection, after, by=by)
        # Before the agreement is called back: who has withdrawn is not written to about that either.
        await outbox.tell(connection, events.APPLICATION_WITHDRAWN, telling.application(after))
        await call_back_for_withdrawal(connection, before.programme, before.party, by=by)
        await offers.end(connection, id, "withdrawn", on=await clock.today(connection), by=by)
        await number_waiting_list(connection, before.programme, by=by)
        return after
