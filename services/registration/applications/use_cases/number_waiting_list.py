"""Number a waiting list anew and tell whose place has changed: the last step of whatever changes who waits (R2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications import telling
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.waiting_list import numbered
from shared import clock
from shared.contracts import registration as events
from shared.messaging import outbox


async def number_waiting_list(
    connection: AsyncConnection, programme: str, *, queue: Sequence[Application] | None = None, by: str
) -> None:
    """Under the programme's lock; `queue` is its new order, or none where nothing but gaps has changed.

    Each change of a place is told, since an event carries its entity whole, and nobody gets a mail about it. As many statements for
    a long list as for a short one.
    """
    if queue is None:
        queue = (await applications.waiting(connection, programme)).queue
    changed = [replace(it, version=it.version + 1) for it in numbered(queue)]
    await applications.save_all(connection, changed, by=by)
    told = [telling.application(it) for it in changed]
    await outbox.add(connection, events.APPLICATION_CHANGED, told, at=await clock.now(connection))
