"""Answer who is to hear of something: `rpc.registration.contacts` (N1)."""

from __future__ import annotations

from services.registration.domain.concerned import Around, concerned
from services.registration.repository import agreements, applications, groups, parties, people
from shared.database import Database
from shared.questions import Contacts, Recipient, WhoIsConcerned


async def say_who_is_concerned(database: Database, question: WhoIsConcerned) -> Contacts:
    """Nobody where the party has not applied. Raises NotFound for a party that is not known."""
    async with database.reading() as connection:
        party = await parties.get(connection, question.party)
        application = await applications.find(connection, question.programme, question.party)
        group = await groups.of_party(connection, question.programme, party)
        agreement = await agreements.find(connection, question.programme, question.party)
        contact_person = application.contact_person if application else None
        coordinator = group.participant(group.coordinator).person if group.coordinator else None
        signatories = [it.person for it in agreement.signatories] if agreement else []
        known = await people.of_ids(connection, [contact_person, coordinator, group.advisor, *signatories])
    around = Around(
        contact_person=known.get(contact_person or ""),
        coordinator=known.get(coordinator or ""),
        advisor=known.get(group.advisor or ""),
        signatories=[known[id] for id in signatories],
    )
    recipients = [Recipient(person=it.id, name=it.name, email=it.email) for it in concerned(around, question.purpose)]
    return Contacts(recipients=tuple(recipients))
