"""Change a programme. Agreements that were sent keep their period and their fee (R6, B1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.people.domain.person import COUNCIL, Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from services.registration.programmes import telling
from services.registration.programmes.domain.programme import Programme, check_programme
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def change_programme(
    database: Database, code: str, changes: dict[str, Any], *, contact_person: Contact | None = None, by: str
) -> Programme:
    """Change the fields that `changes` has; where none differs there is no event. Raises NotFound, RuleBroken or Stale."""
    async with database.transaction() as connection:
        before = await programmes.get(connection, code, lock=True)
        if contact_person is not None:
            person = await know_person(connection, COUNCIL, contact_person, by=by)
            changes = changes | {"contact_person": person.id}
        if replace(before, **changes) == before:
            return before
        seen.compare(before)
        after = replace(before, **changes, version=before.version + 1)
        check_programme(after)
        await programmes.save(connection, after, by=by)
        await outbox.tell(connection, events.PROGRAMME_CHANGED, telling.programme(after))
        return after
