"""Sharpen a date: more precise, within what the plan said (S2)."""

from __future__ import annotations

from services.scheduling.domain.move import sharpened
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.save_and_tell import change
from shared.database import Database
from shared.when import When


async def sharpen_session(database: Database, id: str, when: When, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    return await change(database, id, lambda session: sharpened(session, when), "sharpened", by=by)
