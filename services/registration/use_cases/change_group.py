"""Change a group and tell of it: the same frame around what may become of one (R3, R5, R8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.domain.application import check_accepted
from services.registration.domain.group import Group
from services.registration.repository import applications, groups, parties, programmes
from services.registration.use_cases import tell
from shared.database import Database
from shared.events import registration as events
from shared.events.envelope import EventType

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
    """Only who is accepted has a group. One that the rule leaves as it was makes no event.

    Raises what the rule raises, NotFound or Conflict.
    """
    async with database.transaction() as connection:
        await programmes.get(connection, programme, lock=True)
        its = await parties.get(connection, party)
        check_accepted(await applications.find(connection, programme, party))
        before = await groups.of_party(connection, programme, its)
        found = await rule(connection, before)
        return before if found == before else await save_group(connection, before, found, happened, by=by)


async def save_group(
    connection: AsyncConnection, before: Group, found: Group, happened: EventType[events.Group], *, by: str
) -> Group:
    """`before` was read under its programme's lock."""
    after = replace(found, version=before.version + 1)
    await groups.save(connection, before, after, by=by)
    await tell.tell(connection, happened, tell.group(after))
    return after
