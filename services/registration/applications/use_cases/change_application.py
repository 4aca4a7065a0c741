"""Change an application: its answers, its contact person, the payer's reference (R2)."""

from __future__ import annotations

from dataclasses import replace
from types import EllipsisType
from typing import Any

from services.registration.applications import repository as applications
from services.registration.applications import telling
from services.registration.applications.domain.application import Answers, Application
from services.registration.applications.domain.changing import changed
from services.registration.applications.domain.payer_reference import check_reference
from services.registration.areas.use_cases.check_named import check_named
from services.registration.parties import repository as parties
from services.registration.people.domain.person import Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def change_application(
    database: Database,
    id: str,
    *,
    answers: dict[str, str] | None = None,
    contact_person: Contact | None = None,
    payer_reference: str | None = None,
    development_area: str | EllipsisType | None = ...,
    by: str,
) -> Application:
    """Change what is given; of `answers`, by question, those that are given. Where nothing differs there is no event.

    A development area that is None is named no more. Raises NotFound, RuleBroken for the payer's reference or an area of another
    county or term, Conflict or Stale.
    """
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        changes: dict[str, Any] = {} if development_area is ... else {"development_area": development_area}
        if answers:
            changes["answers"] = replace(before.answers, **answers) if before.answers else Answers(**answers)
        if payer_reference is not None:
            if payer_reference != before.payer_reference:
                check_reference(payer_reference)
            changes["payer_reference"] = payer_reference
        if contact_person is not None:
            changes["contact_person"] = (await know_person(connection, before.party, contact_person, by=by)).id
        agreement = await applications.agreement_out(connection, before.programme, before.party)
        after = changed(before, changes, agreement)
        if after == before:
            return before
        if after.development_area not in (None, before.development_area):
            programme = await programmes.get(connection, before.programme)
            party = await parties.get(connection, before.party)
            period = {"first": programme.period_start, "last": programme.period_end}
            await check_named(connection, after.development_area, party, **period, rule="R2")
        seen.compare(before, await applications.last_assessment(connection, id))
        after = replace(after, version=before.version + 1)
        await applications.save(connection, after, by=by)
        await outbox.tell(connection, events.APPLICATION_CHANGED, telling.application(after))
        return after
