"""A session, taken back from its own event: the inverse of `telling.py`, for a database that lost it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.carried_instalment import check_instalment
from services.scheduling.sessions.domain.place_in_plan import check_planned
from services.scheduling.sessions.domain.session import Session
from shared.contracts import scheduling as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions

# What no event carries stays as it is known, or is missing.
NEVER_TOLD = frozenset({"meeting_link"})
NOT_TOLD_OF_ONE_PARTY = NEVER_TOLD | {"title", "place", "venue", "city"}


async def session(connection: AsyncConnection, event: Event[events.Session]) -> None:
    """Raises RuleBroken for one that could never stand in a plan."""
    it = event.data
    found = Session(
        **{name: getattr(it, name) for name in Session.__dataclass_fields__ if name not in NEVER_TOLD},
        meeting_link=None,
    )
    check_planned(found)
    check_instalment(found, carrier=None)
    unknown = NEVER_TOLD if it.party is None else NOT_TOLD_OF_ONE_PARTY
    await repository.adopt(connection, found, unknown=unknown, by=BY, changed_at=event.time)


ADOPTIONS: Adoptions = dict.fromkeys(events.SESSION_EVENTS, session)
