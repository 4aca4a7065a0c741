"""From the party's address in registration to the mail at a mail server: with what notifications asks and registration answers (B8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.registration.app import create
from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from services.registration.settings import Settings
from shared.contracts.envelope import Event
from shared.contracts.questions import Contacts, Question, WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import FakeAsk, queued, take_as_told, work
from tests.integration.notifications.world import send as deliver
from tests.integration.registration.world import APRIL, CODE, MOLDE, FakeScheduling, form_group
from tests.support.api import api_of
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import credit_note, invoice
from tests.support.facts import events_of
from tests.support.smtp import MailServer

PATH = f"/registration/parties/{MOLDE}"
MAILBOX, ANOTHER = "faktura@molde.example", "regnskap@molde.example"
CONTACT_PERSON = "2@molde.example"  # the group's coordinator
OF_MOLDE: dict[str, Any] = {"programme": CODE, "party": MOLDE, "series": f"{CODE}/invoices"}


class Registration(FakeAsk):
    """Answers from registration's database, as JSON, who is concerned; whatever else is asked is made up."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    async def __call__(self, question: Question[Any]) -> Any:
        if not isinstance(question, WhoIsConcerned):
            return await super().__call__(question)
        asked = WhoIsConcerned.model_validate_json(question.model_dump_json())
        answer = await say_who_is_concerned(self._database, asked)
        return Contacts.model_validate_json(answer.model_dump_json())


class Told:
    """What registration has told since, to notifications."""

    def __init__(self, registration: Database, notifications: Database) -> None:
        self._registration = registration
        self._notifications = notifications
        self._known: set[str] = set()

    async def hand_over(self, *more: Event[Any]) -> None:
        new = [it for it in await events_of(self._registration) if it.id not in self._known]
        self._known |= {it.id for it in new}
        await take_as_told(self._notifications, *new, *more)


async def test_an_invoice_goes_to_the_partys_address_and_to_the_contact_person_where_there_is_none(
    make_database: MakeDatabase, smtp: MailServer, tmp_path: Path
) -> None:
    registration, notifications = await make_database("registration"), await make_database("notifications")
    for it in (registration, notifications):
        await set_clock(it, APRIL)
    told, ask = Told(registration, notifications), Registration(registration)

    async def happens(*events: Event[Any]) -> None:
        await told.hand_over(*events)
        await work(notifications, ask)
        await deliver(notifications, smtp)

    async with api_of(create, Settings, registration, tmp_path, ask=FakeScheduling()) as api:
        await form_group(api)
        await happens(invoice(1, number=1, **OF_MOLDE))
        assert await to_pay(notifications) == [(1, CONTACT_PERSON)]

        await api.patch(PATH, {"invoice_email": MAILBOX})
        await happens(invoice(1, number=2, attempt=2, **OF_MOLDE))
        await happens(credit_note(1, number=1, invoice=1, **OF_MOLDE | {"series": f"{CODE}/credit-notes"}))
        assert await to_pay(notifications) == [(1, CONTACT_PERSON), (2, MAILBOX)]
        (note,) = await queued(notifications, kind="credit_note")
        assert (note.address, note.person, note.name) == (MAILBOX, MOLDE, "Molde kommune")
        assert len(smtp.to(MAILBOX)) == 2

        # What was to be paid follows the address, once, and is not sent to the contact person.
        await api.patch(PATH, {"invoice_email": ANOTHER})
        for _ in range(2):
            await happens()
        assert await to_pay(notifications) == [(1, CONTACT_PERSON), (2, MAILBOX), (2, ANOTHER)]
        assert len(smtp.to(ANOTHER)) == 1
        assert {it.kind for it in await queued(notifications, address=CONTACT_PERSON)} >= {"invoice"}


async def to_pay(database: Database) -> list[tuple[int, str]]:
    return [(it.content["document"]["number"], it.address) for it in await queued(database, kind="invoice")]
