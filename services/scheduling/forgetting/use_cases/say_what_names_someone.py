"""Answer where people wrote of somebody: `rpc.scheduling.person`."""

from __future__ import annotations

from collections.abc import Sequence

from services.scheduling.forgetting import repository
from services.scheduling.forgetting.repository import Said
from services.scheduling.sessions.domain.session import Session
from shared.contracts.questions import NamingSession, NamingSessions, NamingText, WhatNamesSomeone
from shared.database import Database
from shared.when_text import when_text

SESSIONS, TEXTS = 100, 20  # an answer
TEXT = "text/"  # what the `after` of a text begins with, and its place among them


async def say_what_names_someone(database: Database, question: WhatNamesSomeone) -> NamingSessions:
    """Sessions in whose title, place or link one of the words stands, then other texts; nobody is known here otherwise."""
    after = question.after or ""
    async with database.reading() as connection:
        if not after.startswith(TEXT):
            found = await repository.naming(connection, question.words, after=after)
            if len(found) > SESSIONS:
                return _part(found[:SESSIONS], (), more_after=found[SESSIONS - 1].id)
            after, sessions = TEXT + "0", found
        else:
            sessions = []
        texts = await repository.texts_naming(connection, question.words)
    start = int(after.removeprefix(TEXT))
    end = start + TEXTS
    return _part(sessions, texts[start:end], more_after=f"{TEXT}{end}" if len(texts) > end else None)


def _part(sessions: Sequence[Session], texts: Sequence[Said], *, more_after: str | None) -> NamingSessions:
    return NamingSessions(
        sessions=tuple(
            [
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
                for it in sessions
            ]
        ),
        texts=tuple([NamingText(where=it.where, key=it.key, text=it.text) for it in texts]),
        more_after=more_after,
    )
