"""Bring everyone's calendar up to date: what should stand there, compared with what each was last told.

Driven by marks, which are read before any fact. What the marks make necessary to know is asked first, outside of
any transaction; then, under the programme's lock, the answers are kept, the calendars compared, the difference queued
and exactly those marks removed. Where another replica has taken care of one of them meanwhile, its answers may be newer
than ours: we start over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.calendars import repository as calendars
from services.notifications.calendars.domain.calendar import Change, differences
from services.notifications.calendars.repository import Mark, Names, Questions
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import CalendarContent
from services.notifications.letters.domain.letter import Letter
from shared import clock
from shared.clock import real_now
from shared.contracts.questions import Contacts, SessionDetails, WhatSession, WhoIsConcerned
from shared.database import Database
from shared.messaging.ask import NoAnswer
from shared.messaging.patience import PatientAsk

MARKS = 1_000  # looked at in one go


@dataclass
class Answers:
    contacts: dict[str, Contacts] = field(default_factory=dict)  # by party
    details: dict[str, tuple[int, SessionDetails]] = field(default_factory=dict)  # by session, with its version
    missing: set[str | None] = field(default_factory=set)  # parties and sessions that nothing was answered about

    def settle(self, mark: Mark) -> bool:
        return self.missing.isdisjoint({mark.party, mark.session})


async def update_calendars(database: Database, ask: PatientAsk, *, domain: str) -> None:
    """Work off all marks on calendars. `domain` is that of the mails' Message-IDs.

    Raises an ExceptionGroup when some programmes failed; the others are done, and the failed keep their marks.
    """
    async with database.reading() as connection:
        has_party_marks = await calendars.has_party_marks(connection)
    if has_party_marks:
        async with database.transaction() as connection:
            await calendars.spread_party_marks(connection)
    async with database.reading() as connection:
        programmes = await calendars.programmes_with_marks(connection)
    errors = []
    for programme in programmes:
        try:
            after: int | None = 0
            while after is not None:
                after = await update_programme(database, ask, programme, after, domain=domain)
        except Exception as error:  # noqa: BLE001 - raised below, once the other programmes had their turn
            errors.append(error)
    if errors:
        msg = "the calendars of some programmes could not be brought up to date"
        raise ExceptionGroup(msg, errors)


async def update_programme(
    database: Database, ask: PatientAsk, programme: str, after: int, *, domain: str
) -> int | None:
    """Work off a bunch of the programme's marks. Returns after which to go on; none where these were the last."""
    async with database.reading() as connection:
        marks = await calendars.marks(connection, programme, after=after, limit=MARKS)
        questions = await calendars.questions(connection, programme, marks)
    answers = await answers_to(ask, programme, questions)
    settled = [mark for mark in marks if answers.settle(mark)]
    if settled:
        async with database.transaction() as connection:
            await calendars.lock(connection, programme)
            if not await calendars.are_there(connection, settled):
                return after
            await bring_up_to_date(connection, programme, settled, answers, domain=domain)
            await calendars.remove_marks(connection, settled)
    return marks[-1].id if len(marks) == MARKS else None


async def answers_to(ask: PatientAsk, programme: str, questions: Questions) -> Answers:
    answers = Answers()
    for party in sorted(questions.parties):
        try:
            question = WhoIsConcerned(purpose="invitation", programme=programme, party=party)
            answers.contacts[party] = await ask(question)
        except NoAnswer:
            answers.missing.add(party)
    for session, version in sorted(questions.sessions.items()):
        try:
            answers.details[session] = version, await ask(WhatSession(session=session))
        except NoAnswer:
            answers.missing.add(session)
    return answers


async def bring_up_to_date(
    connection: AsyncConnection, programme: str, marks: Sequence[Mark], answers: Answers, *, domain: str
) -> None:
    parties = {mark.party for mark in marks if mark.party}
    persons = await calendars.persons(connection, programme, parties)  # who heard until now, and
    await calendars.keep_contacts(connection, programme, answers.contacts)
    await calendars.keep_details(connection, answers.details)
    persons |= await calendars.persons(connection, programme, parties)  # who hears from now on
    looked_at: set[str] | None = {mark.session for mark in marks if mark.session}
    if any(mark.party is None and mark.session is None for mark in marks):
        looked_at = None  # all of them
    told = await calendars.told(connection, programme, looked_at, persons)
    concerned = await calendars.concerned(connection, programme, looked_at, persons, told)
    names = await calendars.names(connection, programme, concerned)
    if names is None:
        return
    changes = differences(
        concerned.sessions,
        [it for it in concerned.parties if it.organisation_number in names.parties],
        told,
        await clock.today(connection),
        lambda key: looked_at is None or key[0] in looked_at or key[1] in persons,
    )
    letters = [letter(change, programme, names) for change in changes]
    await mails.queue(connection, letters, domain=domain, made_at=await clock.now(connection), now=real_now())


def letter(change: Change, programme: str, names: Names) -> Letter:
    party_name, language = names.parties[change.party]
    return Letter(
        kind=change.kind,
        programme=programme,
        party=change.party,
        person=change.person.id,
        name=change.person.name,
        address=change.person.address,
        language=language,
        content=CalendarContent(
            programme=names.programme,
            party=party_name,
            is_with_party=change.is_with_party,
            entry=change.entry,
            before=change.before,
            why=change.why,
        ),
        session=change.session,
        sequence=change.sequence,
    )
