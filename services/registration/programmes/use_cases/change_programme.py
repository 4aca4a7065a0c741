"""Change a programme. Agreements that were sent keep their period and their fee (R6, B1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.people.domain.person import COUNCIL, Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from services.registration.programmes import telling
from services.registration.programmes.domain.period import check_holds_the_plan, shrinks
from services.registration.programmes.domain.places import check_hold
from services.registration.programmes.domain.programme import Programme, check_programme
from services.registration.works import renamed
from shared import seen
from shared.contracts import registration as events
from shared.contracts.questions import PlannedSession, WhatIsPlanned
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import outbox
from shared.messaging.ask import Ask
from shared.messaging.facts import record


async def change_programme(
    database: Database, ask: Ask, code: str, changes: dict[str, Any], *, contact_person: Contact | None = None, by: str
) -> Programme:
    """Change the fields that `changes` has; where none differs there is no event.

    A period that shrinks is asked about first, outside of any transaction: an answer may take seconds. What is planned between
    the answer and the commit is not seen. Raises NotFound, RuleBroken, Conflict or Stale, NoAnswer or RefusedToAnswer.
    """
    async with database.reading() as connection:
        asked = await programmes.get(connection, code)
    check_programme(replace(asked, **changes))
    if shrinks(asked, replace(asked, **changes)):
        await _check_with_scheduling(ask, asked, replace(asked, **changes))
    async with database.transaction() as connection:
        before = await programmes.get(connection, code, lock=True)
        if contact_person is not None:
            person = await know_person(connection, COUNCIL, contact_person, by=by)
            changes = changes | {"contact_person": person.id}
        after = replace(before, **changes)
        if after == before:
            return before
        seen.compare(before)
        check_programme(after)
        if after.places != before.places:
            check_hold(await programmes.places_of(connection, after))
        if shrinks(before, after) and before != asked:
            msg = "the programme was changed just now; look at it, and try again"
            raise Conflict(msg, code="just_being_changed", field="programme")
        after = replace(after, version=before.version + 1)
        await programmes.save(connection, after, by=by)
        await record(connection, renamed(code))
        await outbox.tell(connection, events.PROGRAMME_CHANGED, telling.programme(after))
        return after


async def _check_with_scheduling(ask: Ask, before: Programme, after: Programme) -> None:
    planned = await ask(
        WhatIsPlanned(programme=after.code, period_start=after.period_start, period_end=after.period_end)
    )
    check_holds_the_plan(before, after, planned.count, [said(it) for it in planned.first])


def said(it: PlannedSession) -> str:
    """A session in a few words: `joint_session 3 (24.–25. september 2024)`."""
    name = it.kind if it.number is None else f"{it.kind} {it.number}"
    return f"{name} ({it.when})"
