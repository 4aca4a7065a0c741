"""Answer in which sessions people wrote of somebody: `rpc.scheduling.person`."""

from __future__ import annotations

from services.scheduling.forgetting import repository
from shared.contracts.questions import NamingSession, NamingSessions, WhatNamesSomeone
from shared.database import Database
from shared.when_text import when_text

LIMIT = 100  # sessions an answer


async def say_what_names_someone(database: Database, question: WhatNamesSomeone) -> NamingSessions:
    """Those in whose title, place or link one of the words stands; nobody is known here otherwise."""
    async with database.reading() as connection:
        found, more_after = await repository.naming(connection, question.words, after=question.after or "", limit=LIMIT)
    sessions = [
        NamingSession(
            session=it.id,
            programme=it.programme,
            party=it.party,
            kind=it.kind,
            when=when_text(it.when),
            title=it.title,
            place=it.place,
            meeting_link=it.meeting_link,
        )
        for it in found
    ]
    return NamingSessions(sessions=tuple(sessions), more_after=more_after)
