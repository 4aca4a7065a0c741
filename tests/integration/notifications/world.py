"""Notifications as it runs, without a broker: facts are recorded as the kernel does, and the worker is run by hand."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import update

from services.notifications import tables
from services.notifications.calendars.use_cases.update_calendars import Rules, update_calendars
from services.notifications.consumers import consumers
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Mail
from services.notifications.mailings.use_cases.follow_addresses import follow_addresses
from services.notifications.mailings.use_cases.write_mailings import write_mailings
from services.notifications.sending.repository import invitations_of_later, what_waits
from services.notifications.sending.use_cases.send_mails import MailSending
from services.notifications.settings import Settings
from shared import clock
from shared.contracts.envelope import Event
from shared.contracts.questions import (
    ContactListContent,
    Contacts,
    DocumentContent,
    DocumentFile,
    DocumentFiles,
    FeedAddress,
    PlanAsItStands,
    Question,
    Recipient,
    SessionDetails,
    Someone,
    UnbilledInstalment,
    UnbilledOfProgramme,
    WhatAgreementDocument,
    WhatContactList,
    WhatDocument,
    WhatFeed,
    WhatFiles,
    WhatIsUnbilled,
    WhatPlan,
    WhatSession,
    WhoIsConcerned,
)
from shared.contracts.registration import Programme
from shared.database import Database
from shared.messaging import marks
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer
from shared.messaging.patience import PatientAsk
from tests.support import facts
from tests.support.events import DAYS, organisation_number, plan_published
from tests.support.smtp import MailServer
from tests.unit.notifications.samples import CREDIT_NOTE, INVOICE

DOMAIN = "kulturskoleradet.example"
RULES = Rules(domain=DOMAIN, ahead=timedelta(days=60), leads=(14, 2))
DAY = DAYS[1]
FEED = f"https://kulturskole.example/scheduling/feeds/party/regionalt-2024-2025.{organisation_number(1)}/1/secret-token.ics"
LATER = DAY + timedelta(days=7)

take_as_told = partial(facts.take, consumers)


async def take(database: Database, *events: Event[Any]) -> None:
    """Programmes with their plans published: of a draft nobody would be invited."""
    plans = [plan_published(it.data.code) for it in events if isinstance(it.data, Programme)]
    await take_as_told(database, *events, *plans)


def person(name: str) -> Recipient:
    return Recipient(person=name, name=name.capitalize(), email=f"{name}@kommune.example")


ADVISOR = Someone(name="Eva Lie", email="eva@raadet.example", phone="+47 900 00 001")
UNBILLED = UnbilledInstalment(
    party=organisation_number(1),
    party_name="Kommune 1",
    instalment=1,
    why=("address_incomplete",),
    since=DAY,
    issue_by=DAY + timedelta(days=30),
)
ADA, BO, EVA = person("ada"), person("bo"), person("eva")


class FakeAsk(Ask):
    """Answers from what it holds, in place of the other services. What it does not know nobody is concerned by."""

    def __init__(self) -> None:
        self.people: dict[str, list[Recipient]] = {}  # by party, for every purpose but those of `for_purpose`
        self.for_purpose: dict[str, list[Recipient]] = {}
        self.staying: dict[str, list[Recipient]] = {}  # by party, who takes part besides
        self.lost: tuple[str, ...] = ()  # who is concerned too, for every party, and whose address is lost
        self.contact: Someone | None = None  # of every party, as is the next
        self.advisor: Someone | None = None
        self.council: Someone | None = None  # the programme's contact person
        # Of every party.
        self.contact_list = ContactListContent(period_start=date(2024, 8, 1), group=(), missing=())
        self.plan = PlanAsItStands(revision=1, sessions=())
        self.unbilled = UnbilledOfProgramme(count=1, first=(UNBILLED,), not_completed=())
        self.agreement: tuple[
            DocumentFile, ...
        ] = ()  # the files of every agreement's document; none while it is not made
        self.sessions: dict[str, SessionDetails] = {}  # others have a title only
        self.formats = ["pdf", "xml"]  # in which there are files of invoices and credit notes
        self.files_are_made = True  # those
        self.feed: str | None = FEED  # the address of everybody's calendar
        self.silent: set[type[Question[Any]]] = set()  # nobody is there to answer them
        self.refused: set[type[Question[Any]]] = set()
        self.asked: list[Question[Any]] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None  # happens while a question is under way

    def concerned(self, n: int, *people: Recipient, staying: Sequence[Recipient] = ()) -> None:
        self.people[organisation_number(n)] = list(people)
        self.staying[organisation_number(n)] = list(staying)

    async def __call__(self, question: Question[Any]) -> Any:
        self.asked.append(question)
        if self.meanwhile:
            await self.meanwhile()
        if type(question) in self.silent:
            raise NoAnswer
        if type(question) in self.refused:
            msg = "there is no such thing"
            raise RefusedToAnswer(msg)
        return self._answer(question)

    def _answer(self, question: Question[Any]) -> BaseModel:  # noqa: PLR0911 - a case for each question
        if isinstance(question, WhoIsConcerned):
            people = self.for_purpose.get(question.purpose, self.people.get(question.party, []))
            named = {"contact": self.contact, "advisor": self.advisor, "council": self.council}
            stay = self.staying.get(question.party, []) if question.purpose == "invitation" else []
            return Contacts(recipients=tuple(people), lost=self.lost, stay=tuple(stay), **named)
        if isinstance(question, WhatContactList):
            return self.contact_list
        if isinstance(question, WhatPlan):
            return self.plan
        if isinstance(question, WhatSession):
            nothing_more = SessionDetails(title="Fellessamling", place=None, meeting_link=None)
            return self.sessions.get(question.session, nothing_more)
        if isinstance(question, WhatFeed):
            return FeedAddress(address=self.feed)
        if isinstance(question, WhatIsUnbilled):
            return self.unbilled
        return self._of_document(question)

    def _of_document(self, question: Question[Any]) -> BaseModel:
        if isinstance(question, WhatFiles):
            return self.files_of(question)
        if isinstance(question, WhatAgreementDocument):
            without = {} if question.with_content else {"content": None}
            return DocumentFiles(
                are_made=bool(self.agreement),
                files=tuple(it.model_copy(update=without) for it in self.agreement),
            )
        assert isinstance(question, WhatDocument)
        return document(question)

    def files_of(self, question: WhatFiles) -> DocumentFiles:
        """What they hold says whose they are."""
        return DocumentFiles(
            are_made=self.files_are_made,
            files=tuple(
                document_file(f"{question.kind}-{question.number}.{form}", content=question.with_content)
                for form in self.formats
            ),
        )


def document_file(name: str, *, content: bool) -> DocumentFile:
    holds = f"what {name} holds, ø\n".encode() * 50
    return DocumentFile(
        name=name,
        media_type=f"application/{name.rpartition('.')[2]}",
        sha256=sha256(holds).hexdigest(),
        content=b64encode(holds).decode() if content else None,
    )


def document(question: WhatDocument) -> DocumentContent:
    of_kind = INVOICE if question.kind == "invoice" else CREDIT_NOTE
    return DocumentContent.model_validate(asdict(of_kind) | {"kind": question.kind, "number": question.number})


async def work(database: Database, ask: FakeAsk) -> None:
    """Write what is due; leave nobody alone who did not answer."""
    patient = PatientAsk(ask, longest=0)
    await write_mailings(database, patient, domain=DOMAIN)
    await update_calendars(database, patient, RULES)
    await follow_addresses(database, patient)


def sending(database: Database, smtp: MailServer, ask: Ask | None = None, **changes: Any) -> MailSending:
    """As after a start: it remembers nothing. `ask` answers for scheduling."""
    fields: dict[str, Any] = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, keys_file=Path("none.json"), **(fields | changes))
    return MailSending(database, settings, PatientAsk(ask or FakeAsk(), longest=0))


async def send(database: Database, smtp: MailServer, ask: Ask | None = None, **changes: Any) -> None:
    """Everything that is queued is tried now, however long it was to be left alone."""
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(try_at=clock.START))
    await sending(database, smtp, ask, **changes).run()


async def queued(database: Database, **of: Any) -> list[Mail]:
    """All mails, in the order in which they were made, in whichever state; those of which this holds."""
    async with database.reading() as connection:
        found = [it.mail for it in await mails.listed(connection, after=None, limit=1000)]
    return [it for it in found if all(getattr(it, name) == value for name, value in of.items())]


async def calendar(database: Database, who: Recipient) -> list[tuple[str, int]]:
    """What this person was told about sessions: kind of mail and SEQUENCE."""
    return [(it.kind, it.sequence) for it in await queued(database, person=who.person) if it.sequence is not None]


async def waiting(database: Database) -> list[tuple[str, str | None, str]]:
    """What waits, for which party, and why."""
    async with database.reading() as connection:
        today = await clock.today(connection)
        found = await what_waits(connection, today) + await invitations_of_later(connection, today + RULES.ahead)
    return [(it.what, it.party, it.why) for it in found]


async def marks_left(database: Database) -> int:
    async with database.reading() as connection:
        return (await marks.count_and_oldest(connection))[0]
