"""Erase a person: what says who it is is emptied here, and told to be emptied elsewhere (N2)."""

from __future__ import annotations

from services.registration.erasure import repository, telling
from services.registration.erasure.domain.needed import check_nothing_needs_them
from services.registration.erasure.domain.receipt import Erasure, Reason
from services.registration.parties import repository as parties
from services.registration.parties import telling as parties_telling
from services.registration.people import repository as people
from shared import clock, seen
from shared.contracts.erasure import PERSON_ERASED
from shared.contracts.registration import PARTY_CHANGED
from shared.database import Database
from shared.messaging import outbox


async def erase_person(database: Database, id: str, reason: Reason, *, by: str) -> Erasure:
    """Who was erased is erased: the same request again changes nothing. Parties whose mails about invoices went to the address have
    them go to their contact person from then on.

    Raises NotFound, Stale, or Conflict where something needs the person, which names it.
    """
    async with database.transaction() as connection:
        address = (await people.get(connection, id)).email
        mailboxes = await parties.lock_those_written_to_at(connection, address)  # before people, as whoever applies
        await people.lock_for_adding(connection)
        person = await people.get(
            connection, id, lock=True
        )  # whoever attaches an advisor holds the row (people/repository.py)
        if (standing := await repository.find(connection, id)) is not None:
            return standing
        seen.compare(person)
        pointing = (await people.pointing_to(connection, [id]))[id]
        check_nothing_needs_them(pointing, await clock.today(connection))
        erased = await repository.erase(connection, person, reason=reason, at=await clock.now(connection), by=by)
        emptied = [await parties.get(connection, it) for it in mailboxes]
        await outbox.add(connection, PARTY_CHANGED, [parties_telling.party(it) for it in emptied], at=erased.erased_at)
        await outbox.tell(connection, PERSON_ERASED, telling.erased(id))
        return erased
