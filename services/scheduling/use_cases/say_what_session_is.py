"""Answer what a session is called, where it is and how to join: `rpc.scheduling.session`."""

from __future__ import annotations

from services.scheduling import repository
from shared.contracts.questions import SessionDetails, WhatSession
from shared.database import Database


async def say_what_session_is(database: Database, question: WhatSession) -> SessionDetails:
    """The details of a session that stand in no event. Raises NotFound."""
    async with database.reading() as connection:
        session = await repository.session(connection, question.session)
    return SessionDetails(title=session.title, place=session.place, meeting_link=session.meeting_link)
