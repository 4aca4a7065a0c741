"""Answer each erasure: what of the person is emptied here, and what is kept (N2)."""

from __future__ import annotations

from services.scheduling.forgetting import repository, telling
from services.scheduling.works import FORGET_PEOPLE
from shared.contracts.erasure import FORGOTTEN_IN_PLAN
from shared.database import Database
from shared.messaging import marks, outbox, set_aside


async def forget_people(database: Database) -> None:
    """Each is answered once, however often it is heard."""
    async for attempt in set_aside.attempts(database, FORGET_PEOPLE):
        async with attempt as person:
            await forget(database, person)


async def forget(database: Database, person: str) -> None:
    async with database.transaction() as connection:
        taken = await marks.take(connection, FORGET_PEOPLE, person, wait=True)
        if taken and await repository.keep_forgotten(connection, person, version=1):
            await outbox.tell(connection, FORGOTTEN_IN_PLAN, telling.forgotten(person))
        await marks.remove(connection, taken)
