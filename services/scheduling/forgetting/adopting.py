"""An erasure's answer, taken back from its own event: the inverse of `telling.py`, for a database that lost it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.forgetting import repository
from shared.contracts.envelope import Event
from shared.contracts.erasure import FORGOTTEN_IN_PLAN, PersonInPlan
from shared.messaging.recover import Adoptions


async def forgotten(connection: AsyncConnection, event: Event[PersonInPlan]) -> None:
    await repository.keep_forgotten(connection, event.data.id, version=event.data.version)


ADOPTIONS: Adoptions = {FORGOTTEN_IN_PLAN: forgotten}
