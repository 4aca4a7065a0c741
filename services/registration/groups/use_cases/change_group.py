"""Change a group and tell of it: what each use case that changes one does around its rule (R3, R5, R8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.groups import repository as groups
from services.registration.groups import telling
from services.registration.groups.domain.group import Group
from services.registration.groups.domain.history import recorded
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.programmes import repository as programmes
from shared import clock, seen
from shared.contracts import registration as events
from shared.contracts.envelope import EventType
from shared.database import Database
from shared.errors import RuleBroken
from shared.messaging import outbox

Rule = Callable[[AsyncConnection, Group], Awaitable[Group]]


async def change_group(
    database: Database,
    programme: str,
    party: str,
    rule: Rule,
    *,
    happened: EventType[events.Group] = events.GROUP_CHANGED,
    on: date | None = None,
    by: str,
) -> Group:
    """Apply a rule to a party's group, under the programme's lock; a group that it leaves as it was makes no event.

    It is kept as having happened on that day; today in Norway, where none is said. Raises what the rule raises, NotFound,
    Stale, RuleBroken for a day that does not fit, or Conflict for a party that is not accepted.
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
        today = await clock.today(connection)
        if on is not None and on > today:
            msg = "what happens to a group is recorded when it has happened, and not dated ahead"
            raise RuleBroken(msg, code="dated_ahead", rule="R5", field="on")
        # Nobody is written to anew where nothing but a day was put right.
        is_correction = replace(found, tenures=before.tenures) == before
        what = events.GROUP_CHANGED if is_correction else happened
        return await save_group(connection, before, recorded(before, found, on or today), what, by=by)


async def check_has_address(connection: AsyncConnection, group: Group) -> None:
    """Raises RuleBroken for a coordinator without an address: who is written to has one (N1)."""
    if group.coordinator:
        coordinator = await people.get(connection, group.participant(group.coordinator).person)
        if coordinator.email is None and not coordinator.is_lost:
            msg = "the coordinator is written to, and needs an e-mail address"
            raise RuleBroken(msg, code="address_is_missing", rule="N1", field="participant")


async def save_group(
    connection: AsyncConnection, before: Group, found: Group, happened: EventType[events.Group], *, by: str
) -> Group:
    """Save a group as its next version, and tell of it. `before` was read under the programme's lock."""
    after = replace(found, version=before.version + 1)
    await groups.save(connection, before, after, by=by)
    await outbox.tell(connection, happened, telling.group(after))
    return after
