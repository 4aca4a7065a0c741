"""Answer who is to hear of something: `rpc.registration.contacts` (N1)."""

from __future__ import annotations

from services.registration.agreements import repository as agreements
from services.registration.applications import repository as applications
from services.registration.contacts.domain.recipients import PartyPeople, lost_of, recipients_of
from services.registration.groups import repository as groups
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from shared.contracts.questions import Contacts, Recipient, WhoIsConcerned
from shared.database import Database


async def say_who_is_concerned(database: Database, question: WhoIsConcerned) -> Contacts:
    """Who is to hear; nobody where the party has not applied. Raises NotFound for a party that is not known."""
    async with database.reading() as connection:
        party = await parties.get(connection, question.party)
        application = await applications.find(connection, question.programme, question.party)
        group = await groups.of_party(connection, question.programme, party)
        agreement = await agreements.find(connection, question.programme, question.party)
        contact_person = application.contact_person if application else None
        coordinator = group.participant(group.coordinator).person if group.coordinator else None
        signatories = [it.person for it in agreement.signatories] if agreement else []
        known = await people.of_ids(connection, [contact_person, coordinator, group.advisor, *signatories])
    party_people = PartyPeople(
        contact_person=known.get(contact_person or ""),
        coordinator=known.get(coordinator or ""),
        advisor=known.get(group.advisor or ""),
        signatories=[known[id] for id in signatories],
    )
    recipients = [
        Recipient(person=it.id, name=it.name, email=it.email)
        for it in recipients_of(party_people, question.purpose)
        if it.name and it.email
    ]
    lost = tuple([it.id for it in lost_of(party_people, question.purpose)])
    return Contacts(recipients=tuple(recipients), lost=lost)
