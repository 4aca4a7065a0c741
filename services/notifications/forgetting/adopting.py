"""That a person was forgotten taken back from its own event: what a restored copy still holds is emptied once more."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.forgetting import repository
from shared.contracts import erasure as events
from shared.contracts.envelope import Event
from shared.messaging.recover import Adoptions


async def forgotten(connection: AsyncConnection, event: Event[events.PersonInMails]) -> None:
    await repository.keep_told(connection, event.data.id, version=event.data.version)


ADOPTIONS: Adoptions = {events.FORGOTTEN_IN_MAILS: forgotten}
