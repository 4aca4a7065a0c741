"""Give up what waits for an answer that never comes: of a document, or a session, that does not exist."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.mailings import repository as mailings
from services.notifications.sending import repository as sending
from services.notifications.sending.domain.waiting import Waiting
from services.notifications.works import UPDATE_CALENDARS, of_session
from shared import clock
from shared.database import Database
from shared.errors import NotFound
from shared.messaging import marks
from shared.messaging.marks import Marks

log = structlog.get_logger()


async def give_up(database: Database, id: str, *, by: str) -> Waiting:
    """Have a mailing be written no more, or a session's calendars be left as they are until something changes it.

    `id` is its event's, or the session's. The same request again changes nothing. Raises NotFound where nothing waits under it.
    """
    async with database.transaction() as connection:
        today = await clock.today(connection)
        found = [it for it in await sending.what_waits(connection, today) if it.id == id]
        if not found:
            msg = "nothing that can be given up waits under this id"
            raise NotFound(msg, code="nothing_waits", field="id")
        await mailings.give_up(connection, id, at=await clock.now(connection), by=by)
        for programme in {it.programme for it in found}:
            await _forget_session(connection, programme, id)
        log.warning("what waited was given up", id=id, what=found[0].what, by=by)
        after = [it for it in await sending.what_waits(connection, today) if it.id == id]
        return (after or found)[0]


async def _forget_session(connection: AsyncConnection, programme: str, session: str) -> None:
    taken = await marks.take(connection, UPDATE_CALENDARS, programme, wait=True)
    await marks.remove(connection, Marks([it for it in taken.marks if it.part == of_session(session)]))
