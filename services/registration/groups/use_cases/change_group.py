"""Change a group and tell of it: what each use case that changes one does around its rule (R3, R5, R8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.groups import repository as groups
from services.registration.groups import telling
from services.registration.groups.domain.group import Group
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared import seen
from shared.contracts import registration as events
from shared.contracts.envelope import EventType
from shared.database import Database
from shared.messaging import outbox

Rule = Callable[[AsyncConnection, Group], Awaitable[Group]]


async def change_group(
    database: Database,
    programme: str,
    party: str,
    rule: Rule,
    *,
    happened: EventType[events.Group] = events.GROUP_CHANGED,
    by: str,
) -> Group:
    """Apply a rule to a party's group, under the programme's lock; a group that it leaves as it was makes no event.

    Raises what the rule raises, NotFound, Stale, or Conflict for a party that is not accepted.
    """
    async with database.transaction() as connection:
        await programmes.get(connection, programme, lock=True)
        registered_party = await parties.get(connection, party)
        check_accepted(await applications.find(connection, programme, party))
        before = await groups.of_party(connection, programme, registered_party)
        found = await rule(connection, before)
        if found == before:
            return before
        seen.compare(before)
        return await save_group(connection, before, found, happened, by=by)


async def save_group(
    connection: AsyncConnection, before: Group, found: Group, happened: EventType[events.Group], *, by: str
) -> Group:
    """Save a group as its next version, and tell of it. `before` was read under the programme's lock."""
    after = replace(found, version=before.version + 1)
    await groups.save(connection, before, after, by=by)
    await outbox.tell(connection, happened, telling.group(after))
    return after
