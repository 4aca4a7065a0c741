"""Answer what a session is called, where it is and how to join: `rpc.scheduling.session`."""

from __future__ import annotations

from services.scheduling.sessions import repository
from shared.contracts.questions import SessionDetails, WhatSession
from shared.database import Database
from shared.errors import Conflict


async def say_what_session_is(database: Database, question: WhatSession) -> SessionDetails:
    """The details of a session that stand in no event. Raises NotFound, or Conflict where its title is lost."""
    async with database.reading() as connection:
        session = await repository.session(connection, question.session)
    if session.title is None:
        msg = "what this session is called is missing; an administrator is to say it"
        raise Conflict(msg, code="title_is_missing", field="title")
    return SessionDetails(title=session.title, place=session.place, meeting_link=session.meeting_link)
