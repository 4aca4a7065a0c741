"""Answer who is to hear of something: `rpc.registration.contacts` (N1)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.signing import COUNCIL_DIRECTOR
from services.registration.applications import repository as applications
from services.registration.contacts.domain.recipients import (
    PartyPeople,
    lost_of,
    reachable,
    recipients_of,
    staying_of,
)
from services.registration.groups import repository as groups
from services.registration.parties import repository as parties
from services.registration.parties.domain.party import Party
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.programmes import repository as programmes
from shared.contracts.questions import Contacts, Recipient, Someone, WhoIsConcerned
from shared.database import Database


async def say_who_is_concerned(database: Database, question: WhoIsConcerned) -> Contacts:
    """Who is to hear; nobody where the party has not applied.

    Where it has withdrawn (R2): of the agreement that was called back with it, the council's own director, and nobody else.
    Of a programme as a whole its contact person alone. Raises NotFound for a party that is not known.
    """
    async with database.reading() as connection:
        if question.purpose == "programme":
            return await _of_programme(connection, question.programme)
        party = await parties.get(connection, question.party)
        programme = await programmes.find(connection, question.programme)
        agreement = await _agreement(connection, question)
        if agreement is not None and agreement.party != question.party:  # which another has taken over (R12)
            party = await parties.get(connection, agreement.party)
        application = await applications.find(connection, question.programme, party.organisation_number)
        if application is not None and application.state == "withdrawn":
            return Contacts(recipients=_written_to(await _directors(connection, question, agreement)))
        group = await groups.of_party(connection, question.programme, party)
        contact_person = application.contact_person if application else None
        coordinator = group.participant(group.coordinator).person if group.coordinator else None
        signatories = agreement.signatories if agreement else ()
        participants = [it.person for it in group.present]
        council = programme.contact_person if programme else None
        ids = [contact_person, coordinator, group.advisor, council, *(it.person for it in signatories), *participants]
        known = await people.of_ids(connection, ids)
        mailbox = await _mailbox(connection, question, party)
    party_people = PartyPeople(
        contact_person=known.get(contact_person or ""),
        coordinator=known.get(coordinator or ""),
        advisor=known.get(group.advisor or ""),
        council=known.get(council or ""),
        signatories=[known[it.person] for it in signatories],
        signed=[known[it.person] for it in signatories if it.signed_on],
        participants=[known[id] for id in participants],
    )
    about = question.purpose
    found = Contacts(
        recipients=_written_to(recipients_of(party_people, about, raised_by=question.raised_by)),
        lost=tuple([it.id for it in lost_of(party_people, about, raised_by=question.raised_by)]),
        stay=_written_to(staying_of(party_people, about)),
        contact=_someone(party_people.contact),
        advisor=_someone(party_people.advisor),
        council=_someone(party_people.council),
    )
    return found.model_copy(update={"recipients": (mailbox,), "lost": ()}) if mailbox else found


async def _mailbox(connection: AsyncConnection, question: WhoIsConcerned, party: Party) -> Recipient | None:
    """Who mails about a party's invoices go to in place of its contact person, where it says an address for that (B8).

    That is whoever is known by the address, so that what is written to a person is found by the person (N2); else the party
    itself, under its organisation number.
    """
    if question.purpose != "invoice" or party.invoice_email is None:
        return None
    known = await people.first_at(connection, party.invoice_email)
    if known is not None and known.name is not None:
        return Recipient(person=known.id, name=known.name, email=party.invoice_email)
    name = party.official_name or party.name
    return Recipient(person=party.organisation_number, name=name, email=party.invoice_email)


async def _of_programme(connection: AsyncConnection, code: str) -> Contacts:
    programme = await programmes.find(connection, code)
    contact_person = programme.contact_person if programme else None
    people_known = await people.of_ids(connection, [contact_person])
    found = PartyPeople(
        contact_person=None,
        coordinator=None,
        advisor=None,
        council=people_known.get(contact_person or ""),
        signatories=(),
    )
    return Contacts(
        recipients=_written_to(recipients_of(found, "programme")),
        lost=tuple([it.id for it in lost_of(found, "programme")]),
        council=_someone(found.council),
    )


def _written_to(found: Iterable[Person]) -> tuple[Recipient, ...]:
    return tuple([Recipient(person=it.id, name=it.name, email=it.email) for it in found if it.name and it.email])


def _someone(person: Person | None) -> Someone | None:
    found = reachable(person)
    return Someone(**vars(found)) if found else None


async def _directors(
    connection: AsyncConnection, question: WhoIsConcerned, agreement: Agreement | None
) -> Iterable[Person]:
    if question.purpose != "agreement" or agreement is None or agreement.called_back_on is None:
        return ()
    ids = [it.person for it in agreement.signatories if it.role == COUNCIL_DIRECTOR]
    return (await people.of_ids(connection, ids)).values()


async def _agreement(connection: AsyncConnection, question: WhoIsConcerned) -> Agreement | None:
    """The one that is asked about, be it called back or not, or the one that the party has, or had before another."""
    if question.agreement is not None:
        return await agreements.find_by_id(connection, question.agreement)
    which = question.programme, question.party
    return await agreements.find(connection, *which) or await agreements.carried_over_from(connection, *which)
