"""Carry an agreement over to another party, with its application, its group, its mapping and its plan (R12)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.succession import check_takes_no_part, handed_over, succeeded
from services.registration.agreements.use_cases.change_agreement import change_agreement
from services.registration.applications import repository as applications
from services.registration.applications import telling as applications_telling
from services.registration.development_plans import telling as plans_telling
from services.registration.development_plans.use_cases.hand_plan_over import hand_plan_over
from services.registration.groups.use_cases.hand_group_over import hand_group_over
from services.registration.mapping import telling as mapping_telling
from services.registration.mapping.use_cases.hand_mapping_over import hand_mapping_over
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def succeed_agreement(database: Database, id: str, party: str, *, by: str) -> Agreement:
    """It stays the same agreement, with its concerns, so that its fee counts once (B1).

    What is planned ahead, who is invoiced what comes, and the calendars follow by the events. Raises NotFound, RuleBroken,
    Stale, or Conflict for a successor that takes part itself.
    """
    async with database.transaction() as connection:
        programme = (await agreements.get(connection, id)).programme
        await programmes.get(connection, programme, lock=True)
        before = await agreements.get(connection, id, lock=True)
        predecessor, successor = (
            await parties.get(connection, before.party),
            await parties.get(connection, party, lock=True),
        )
        after = succeeded(before, predecessor, successor, await clock.today(connection))
        if after == before:
            return before
        check_takes_no_part(
            await agreements.find(connection, programme, party), await applications.find(connection, programme, party)
        )
        after = await change_agreement(connection, before, after, events.AGREEMENT_SUCCEEDED, by=by)
        await _hand_application_over(connection, before, party, by=by)
        await hand_group_over(connection, programme, predecessor, successor, by=by)
        await _hand_mapping_and_plan_over(connection, programme, before.party, party, by=by)
        return after


async def _hand_application_over(connection: AsyncConnection, agreement: Agreement, party: str, *, by: str) -> None:
    before = await applications.find(connection, agreement.programme, agreement.party)
    if before is None:
        return
    takes_part, gone = handed_over(before, await applications.find(connection, agreement.programme, party), party)
    for it, happened in ((takes_part, events.APPLICATION_CHANGED), (gone, events.APPLICATION_WITHDRAWN)):
        if it is not None:
            after = replace(it, version=it.version + 1)
            await applications.save(connection, after, by=by)
            await outbox.tell(connection, happened, applications_telling.application(after))


async def _hand_mapping_and_plan_over(
    connection: AsyncConnection, programme: str, predecessor: str, successor: str, *, by: str
) -> None:
    for mapped in await hand_mapping_over(connection, programme, predecessor, successor, by=by):
        await outbox.tell(connection, events.MAPPING_RECORDED, mapping_telling.mapping(mapped))
    now = await clock.now(connection)
    for planned in await hand_plan_over(connection, programme, predecessor, successor, at=now, by=by):
        told = plans_telling.development_plan(planned)
        await outbox.tell(connection, events.DEVELOPMENT_PLAN_CHANGED, told)
