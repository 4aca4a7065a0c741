"""Ask billing what would be issued, before a session is completed or its completion is revoked (S3)."""

from __future__ import annotations

from typing import Literal

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.completion import completed, completion_revoked
from services.scheduling.sessions.domain.expected import Expected, check_expected, check_may_be_expected
from services.scheduling.sessions.domain.session import Session
from shared import clock, seen
from shared.contracts.questions import WhatWouldFollow
from shared.database import Database
from shared.messaging.ask import Ask


async def ask_billing(
    database: Database, ask: Ask, id: str, happens: Literal["completed", "revoked"], expected: Expected
) -> Session:
    """The session of which billing says that what is expected would be issued; nobody is asked where it stays as it is.

    Outside of any transaction: an answer may take seconds. What billing hears after it is not seen. Raises what the rule of
    the change raises, NotFound, Stale or NotAsExpected, NoAnswer or RefusedToAnswer.
    """
    async with database.reading() as connection:
        session = await repository.session(connection, id)
        today = await clock.today(connection)
    after = completed(session, today) if happens == "completed" else completion_revoked(session)
    if after == session:
        return session
    seen.compare(session)  # who has not even seen the session is told so first
    check_may_be_expected(session)
    question = WhatWouldFollow(
        programme=session.programme, session=session.id, version=session.version, happens=happens
    )
    it = (await ask(question)).figures
    found = Expected(invoices=it.invoices, credit_notes=it.credit_notes, total_ore=it.total_ore) if it else None
    check_expected(expected, found)
    return session
