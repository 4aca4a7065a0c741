"""Hand on what is planned ahead with a party whose agreement another has taken over (R12).

Driven by marks: they are taken before the successions are read, and removed in the transaction that hands the sessions on.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.handing_on import handed_on
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.use_cases.save_session import save_session
from services.scheduling.works import HAND_SESSIONS_ON
from shared import clock
from shared.database import Database
from shared.messaging import marks, set_aside

BY = "registration"  # whose news it follows from
PLACE_IS_TAKEN = "place_is_taken"  # another session of the successor's stands there


async def hand_all_sessions_on(database: Database) -> None:
    """In every programme that a mark is on; one that fails is set aside and holds up no other."""
    async for attempt in set_aside.attempts(database, HAND_SESSIONS_ON):
        async with attempt as programme:
            await hand_sessions_on(database, programme)


async def hand_sessions_on(database: Database, programme: str) -> None:
    """Have each session that lies ahead be the successor's; one whose place in the plan is taken is set aside, and seen."""
    async with database.transaction() as connection:
        taken = await marks.take(connection, HAND_SESSIONS_ON, programme, wait=True)
        if not taken:
            return
        today = await clock.today(connection)
        aside: dict[str, str] = {}
        looked_at: set[str] = set()
        for predecessor, party in await repository.successions(connection, programme):
            for before in await repository.of_party(connection, programme, predecessor):
                looked_at.add(before.id)
                after = handed_on(before, party, today)
                if after != before and not await _hand_on(connection, before, after):
                    aside[before.id] = PLACE_IS_TAKEN
        await set_aside.keep(connection, HAND_SESSIONS_ON, programme, looked_at, aside)
        await marks.remove(connection, taken)


async def _hand_on(connection: AsyncConnection, before: Session, after: Session) -> bool:
    if await repository.in_same_place(connection, after) is not None:
        return False
    await save_session(connection, before, after, "changed", by=BY)
    return True
