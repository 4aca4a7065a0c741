"""Raise a concern: that what was agreed on is not followed up (R10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements import telling
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.concern import Concern, FindingCode, check_can_be_raised
from services.registration.groups import repository as groups
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import check_has_contact_person
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox


async def raise_concern(
    database: Database,
    agreement_id: str,
    *,
    raised_by: Literal["council", "municipality"],
    description: str,
    raised_on: date | None,
    findings: Sequence[FindingCode] = (),
    by: str,
) -> tuple[Concern, Agreement]:
    """The concern, recorded, and its agreement.

    The same side with the same words twice is one concern, until it is resolved, and so is one whose words were lost.
    Without `raised_on` it is raised today, in Norway. `findings` are the codes that it names. Raises NotFound, RuleBroken or Conflict.
    """
    async with database.transaction() as connection:
        agreement = await agreements.get(connection, agreement_id, lock=True)
        for it in await agreements.concerns(connection, agreement_id):
            is_the_same = (it.raised_by, it.description) == (raised_by, description) and raised_on in (
                None,
                it.raised_on,
            )
            if is_the_same and not it.is_resolved:
                return it, agreement
            if it.description is None and it.raised_by == raised_by and not it.is_resolved:
                found = replace(it, description=description, raised_on=raised_on or it.raised_on)
                await agreements.save_concern(connection, found, by=by)
                return found, agreement
        today = await clock.today(connection)
        concern = Concern(
            id=new_id(),
            version=1,
            agreement=agreement_id,
            raised_by=raised_by,
            description=description,
            raised_on=raised_on or today,
            findings=tuple(dict.fromkeys(findings)),
        )
        check_can_be_raised(concern, agreement, today)
        await _check_reaches_the_council(connection, agreement)
        await agreements.add_concern(connection, concern, by=by)
        await outbox.tell(connection, events.CONCERN_RAISED, telling.concern(concern, agreement))
        return concern, agreement


async def _check_reaches_the_council(connection: AsyncConnection, agreement: Agreement) -> None:
    """Raises Conflict where neither an advisor nor the programme's contact person would hear of it (R10)."""
    group = await groups.of_party(connection, agreement.programme, await parties.get(connection, agreement.party))
    if group.advisor is None:
        check_has_contact_person(await programmes.get(connection, agreement.programme))
