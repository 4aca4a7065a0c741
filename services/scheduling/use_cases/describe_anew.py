"""Change a session's title, place, link or number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.scheduling.domain.session import Session, check_not_cancelled, check_open
from services.scheduling.use_cases.tell import change
from shared.database import Database


async def describe_anew(database: Database, id: str, changes: dict[str, Any], *, by: str) -> Session:
    """`changes` has the fields that change. Raises NotFound or Conflict."""

    def rule(session: Session) -> Session:
        after = replace(session, **changes)
        if after != session:
            check_not_cancelled(session, "title")
            if after.number != session.number:
                check_open(session, "number")
        return after

    return await change(database, id, rule, "changed", by=by)
