"""Sharpen a date: more precise, within what the plan said (S2)."""

from __future__ import annotations

from services.scheduling.domain.move import sharpened
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_session import change_session
from shared.database import Database
from shared.when import When


async def sharpen_session(database: Database, id: str, when: When, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    return await change_session(database, id, lambda session: sharpened(session, when), "sharpened", by=by)
