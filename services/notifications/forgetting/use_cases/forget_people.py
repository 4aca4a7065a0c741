"""Empty what says who somebody was whom registration erased, and tell what was emptied (N2).

Driven by a mark a person, which each news of the erasure leaves. Done again it finds nothing, and tells nothing: but for a
database that was restored from before, which is emptied once more.
"""

from __future__ import annotations

from services.notifications.forgetting import repository, telling
from services.notifications.letters import telling as letters
from services.notifications.works import FORGET_PEOPLE
from shared import clock
from shared.contracts import notifications as events
from shared.contracts.erasure import FORGOTTEN_IN_MAILS
from shared.database import Database
from shared.messaging import emptying, marks, outbox, set_aside
from shared.messaging.facts import record


async def forget_people(database: Database) -> None:
    """One who fails is set aside and holds up no other."""
    async for attempt in set_aside.attempts(database, FORGET_PEOPLE):
        async with attempt as person:
            await forget(database, person)


async def forget(database: Database, person: str) -> None:
    async with database.transaction() as connection:
        taken = await marks.take(connection, FORGET_PEOPLE, person, wait=True)
        if not taken:
            return
        await repository.lock(connection)
        emptied = await repository.empty(connection, await repository.known_as(connection, person))
        now, version = await clock.now(connection), await repository.told_version(connection, person)
        await outbox.add(connection, events.MAIL_FAILED, [letters.mail(it) for it in emptied.dropped], at=now)
        if emptied.is_any or version == 0:
            await repository.keep_told(connection, person, version=version + 1)
            await outbox.tell(connection, FORGOTTEN_IN_MAILS, telling.forgotten(person, version + 1, emptied))
        if emptied.is_any:
            await record(connection, emptying.wipe(emptied.said))
        await marks.remove(connection, taken)
