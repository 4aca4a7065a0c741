"""Have people who are one be one: all that points to the others points to who was known first (N1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications import telling as applications_telling
from services.registration.groups import repository as groups
from services.registration.groups.domain.merging import as_one
from services.registration.groups.use_cases.change_group import save_group
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.works import renamed
from shared.contracts import registration as events
from shared.messaging import outbox
from shared.messaging.facts import record


async def make_one(
    connection: AsyncConnection,
    persons: Sequence[Person],
    said: Person,
    affected: Sequence[tuple[str, str]],
    *,
    by: str,
) -> Person:
    """The one that they are: the oldest id, with what is `said`. Programmes of the `affected` groups and persons are locked.

    Raises Conflict where two of them take part in one group.
    """
    kept, *gone = sorted(persons, key=lambda it: it.id)
    phones = [it.phone for it in (said, kept, *gone) if it.phone]
    one = replace(said, id=kept.id, phone=next(iter(phones), None))
    changed = []
    for programme, party in affected:
        before = await groups.of_party(connection, programme, await parties.get(connection, party))
        after = before
        for it in gone:
            after = as_one(after, it.id, kept.id)
        changed.append((before, after))
    await people.save(connection, one, by=by)
    for it in gone:
        if await people.is_advisor(connection, it.id) and not await people.is_advisor(connection, kept.id):
            await people.add_advisor(connection, kept.id, by=by)
        await groups.put_in_place_of(connection, it.id, kept.id)
    for application in await applications.of_contact_persons(connection, [it.id for it in gone]):
        named = replace(application, contact_person=kept.id, version=application.version + 1)
        await applications.save(connection, named, by=by)
        await outbox.tell(connection, events.APPLICATION_CHANGED, applications_telling.application(named))
    for before, after in changed:
        ids = {it.id for it in after.participants}
        merged = [it.id for it in before.participants if it.id not in ids]
        for participant in after.participants:
            if merged and participant.person == kept.id:
                await groups.put_presence_in_place_of(connection, merged, participant.id)
        await save_group(connection, before, after, events.GROUP_CHANGED, by=by)
    for it in gone:
        await people.remove(connection, it.id)
    await record(connection, renamed(one.id))
    return one
