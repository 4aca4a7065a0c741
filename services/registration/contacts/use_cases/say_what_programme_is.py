"""Answer who is the council's contact person for a programme: `rpc.registration.programme` (N1)."""

from __future__ import annotations

from services.registration.contacts.domain.recipients import reachable
from services.registration.people import repository as people
from services.registration.programmes import repository as programmes
from shared.contracts.questions import ProgrammeDetails, Someone, WhatProgramme
from shared.database import Database


async def say_what_programme_is(database: Database, question: WhatProgramme) -> ProgrammeDetails:
    """Nobody, for a programme that is not known."""
    async with database.reading() as connection:
        programme = await programmes.find(connection, question.programme)
        id = programme.contact_person if programme else None
        person = (await people.of_ids(connection, [id])).get(id or "")
    found = reachable(person)
    return ProgrammeDetails(contact_person=Someone(**vars(found)) if found else None)
