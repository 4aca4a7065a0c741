"""Add a person to a group (R3, R5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, Participant
from services.registration.groups.use_cases.change_group import change_group
from services.registration.people.domain.person import Contact
from services.registration.people.use_cases.know_person import know_person
from shared.database import Database
from shared.errors import Conflict
from shared.ids import new_id


async def add_participant(
    database: Database,
    programme: str,
    party: str,
    contact: Contact,
    *,
    role: str | None,
    represents_school_owner: bool,
    on: date | None = None,
    by: str,
) -> Group:
    """Add a participant. The same person with the same content twice is one participant; one who left comes back.

    `on` is the day from which that is so; today in Norway, where none is said. Raises NotFound, RuleBroken for the day, or
    Conflict for other content or a party that is not accepted.
    """

    async def rule(connection: AsyncConnection, group: Group) -> Group:
        person = await know_person(connection, party, contact, by=by)
        standing = next((it for it in group.participants if it.person == person.id), None)
        joining = Participant(
            id=standing.id if standing else new_id(),
            person=person.id,
            role=role,
            represents_school_owner=represents_school_owner,
        )
        if standing is not None and not standing.has_left and standing != joining:
            msg = "this person takes part already, with another role"
            raise Conflict(msg, code="takes_part_in_another_role", rule="R5", field="email")
        return group if standing == joining else group.with_participant(replace(joining, has_left=False))

    return await change_group(database, programme, party, rule, on=on, by=by)
