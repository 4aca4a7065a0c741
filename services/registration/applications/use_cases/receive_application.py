"""Receive an application with its three answers, its contact person and the payer's reference (R1, R2)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications import telling
from services.registration.applications.domain.application import Answers, Application
from services.registration.applications.domain.payer_reference import check_reference
from services.registration.areas.use_cases.check_named import check_named
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.domain.person import COUNCIL, Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.application_window import check_takes_applications
from services.registration.programmes.domain.closing import check_is_open
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import outbox


async def receive_application(
    database: Database,
    programme: str,
    party: str,
    *,
    answers: Answers,
    contact_person: Contact,
    payer_reference: str,
    development_area: str | None = None,
    by: str,
) -> Application:
    """A party applies once in a programme; the same application twice is one. What is lost of one is taken from the next.

    One that was withdrawn is the same application, received anew.

    Raises NotFound, RuleBroken outside the time for applications, for the payer's reference or for a development area of another
    county or term, or Conflict for other content.
    """
    async with database.transaction() as connection:
        before = await applications.find(connection, programme, party)
        if before is None or payer_reference != before.payer_reference:
            check_reference(payer_reference)
        opened = await programmes.get(connection, programme, lock=True)
        applying = await parties.get(connection, party, lock=True)  # so that it is not deleted meanwhile
        standing = await applications.find(connection, programme, party)
        if standing is not None and standing.state != "withdrawn" and standing.answers is None:
            said = replace(
                standing, answers=answers, payer_reference=payer_reference, development_area=development_area
            )
            return await _say_anew(connection, standing, said, contact_person, by=by)
        person = await know_person(connection, party, contact_person, by=by)
        if standing is not None and standing.state != "withdrawn":
            said = replace(
                standing, answers=answers, payer_reference=payer_reference, development_area=development_area
            )
            if replace(said, contact_person=person.id) == standing:
                return standing
            msg = "the party has applied already, with other content"
            raise Conflict(msg, code="has_applied_already", rule="R2", field="party")
        check_is_open(opened)
        check_takes_applications(opened, await clock.today(connection))
        if development_area is not None:
            period = {"first": opened.period_start, "last": opened.period_end}
            await check_named(connection, development_area, applying, **period, rule="R2")
        received = Application(
            id=standing.id if standing else new_id(),
            version=standing.version + 1 if standing else 1,
            programme=programme,
            party=party,
            answers=answers,
            contact_person=person.id,
            payer_reference=payer_reference,
            state="received",
            development_area=development_area,
        )
        await (applications.save if standing else applications.add)(connection, received, by=by)
        await outbox.tell(connection, events.APPLICATION_RECEIVED, telling.application(received))
        return received


async def _say_anew(
    connection: AsyncConnection, lost: Application, said: Application, contact: Contact, *, by: str
) -> Application:
    """Nothing that is told of an application changes by it. Raises Conflict for another payer's reference or development area."""
    if said.development_area != lost.development_area:
        msg = "the application named another development area, or none; say it as it was, and change it then"
        raise Conflict(msg, code="has_applied_already", rule="R2", field="development_area")
    if lost.payer_reference not in (None, said.payer_reference):
        msg = "the party's agreement names another payer's reference"
        raise Conflict(msg, code="agreement_has_another_reference", rule="R2", field="payer_reference")
    await people.lock_for_adding(connection)
    person = await people.get(connection, lost.contact_person)
    # Somebody else by this address turns out to be the same person where that one is corrected (groups).
    if person.is_lost and not await people.those_who_are(connection, lost.party, contact):
        await people.save(connection, replace(person, scope=COUNCIL, **vars(contact)), by=by)
    await applications.save(connection, said, by=by)
    return said
