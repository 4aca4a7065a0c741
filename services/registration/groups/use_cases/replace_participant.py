"""Have somebody take the place of a participant in one step, the coordinator's too (R3, R5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, Participant, replacing
from services.registration.groups.use_cases.change_group import change_group, check_has_address
from services.registration.people.domain.person import Contact
from services.registration.people.use_cases.know_person import know_person
from shared.database import Database
from shared.ids import new_id


async def replace_participant(
    database: Database,
    programme: str,
    party: str,
    participant: str,
    successor: Contact,
    *,
    role: str | None,
    on: date | None = None,
    by: str,
) -> Group:
    """The successor takes over the role, unless another is named, and coordinates and represents where the one before did.

    `on` is the first day of the one and the first without the other; today in Norway, where none is said. Raises NotFound,
    RuleBroken for the day, or Conflict for a successor who takes part already.
    """

    async def rule(connection: AsyncConnection, group: Group) -> Group:
        person = await know_person(connection, party, successor, by=by)
        standing = next((it for it in group.participants if it.person == person.id), None)
        coming = Participant(
            id=standing.id if standing else new_id(), person=person.id, role=role, represents_school_owner=False
        )
        after = replacing(group, participant, coming)
        await check_has_address(connection, after)
        return after

    return await change_group(database, programme, party, rule, on=on, by=by)
