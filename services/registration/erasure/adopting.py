"""An erasure taken back from its own event: a database that was restored from before has it performed again (N2)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.erasure import repository
from services.registration.people import repository as people
from services.registration.people.adopting import ensure_person
from services.registration.people.domain.person import COUNCIL
from shared.contracts import erasure as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def erased(connection: AsyncConnection, event: Event[events.Person]) -> None:
    await ensure_person(connection, event.data.id, COUNCIL)
    person = await people.get(connection, event.data.id)
    await repository.erase(connection, person, reason=None, at=event.time, by=BY)


ADOPTIONS: Adoptions = {events.PERSON_ERASED: erased}
