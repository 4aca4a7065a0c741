"""Amend an agreement: what the payer wants on its invoices, who signs, its period, each as long as it can be changed (R6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Role
from services.registration.agreements.domain.amending import Changes, amended
from services.registration.agreements.domain.signing import scope_of
from services.registration.agreements.use_cases.change_agreement import change_agreement
from services.registration.applications.domain.payer_reference import check_reference
from services.registration.people.domain.person import Contact
from services.registration.people.use_cases.know_person import know_person
from shared import clock
from shared.contracts import registration as events
from shared.database import Database


async def amend_agreement(
    database: Database,
    id: str,
    *,
    references: Mapping[str, str | None],
    period_start: date | None = None,
    period_end: date | None = None,
    signatories: Mapping[Role, Contact],
    by: str,
) -> Agreement:
    """Change what is given; what is given as it stands is no change, and makes no event.

    The references stand on the invoices that are issued after billing has heard of them; an order reference or accounting cost
    that is None stands there no more. Raises NotFound, RuleBroken, or Conflict with what stands in the way.
    """
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        for field, it in references.items():
            if it is not None and it != getattr(before, field):
                check_reference(it, field=field)
        persons = {
            role: (await know_person(connection, scope_of(role, before.party), contact, by=by)).id
            for role, contact in sorted(signatories.items())
        }
        changes = Changes(references=references, period_start=period_start, period_end=period_end, signatories=persons)
        after = amended(before, changes, await clock.today(connection))
        return await change_agreement(connection, before, after, events.AGREEMENT_AMENDED, by=by)
