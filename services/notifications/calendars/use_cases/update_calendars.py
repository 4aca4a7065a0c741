"""Bring everyone's calendar up to date: what should stand there, compared with what each was last told.

Driven by marks, which are taken before any fact is read. Names, addresses and meeting links stand in no event (N2), so
other services are asked for them first, outside of any transaction: an answer may take seconds. Then, under the programme's lock,
the answers are kept, the calendars compared, the difference queued and exactly those marks removed. Where another replica
has worked one of them off meanwhile, its answers may be newer than ours, and the marks are taken anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.calendars import repository as calendars
from services.notifications.calendars.domain.calendar import Change, differences, standing
from services.notifications.calendars.domain.reminders import Reminder, coming_up, reminders
from services.notifications.calendars.repository import Names, Questions
from services.notifications.calendars.use_cases.mark_calendars_of_parties import mark_calendars_of_parties
from services.notifications.calendars.use_cases.mark_what_comes_near import mark_what_comes_near
from services.notifications.letters import repository as mails
from services.notifications.letters.contents import someone
from services.notifications.letters.domain.content import CalendarContent, Someone
from services.notifications.letters.domain.letter import Letter
from services.notifications.works import (
    LOOK_AT_CALENDARS_OF_PARTIES,
    PARTY,
    SESSION,
    UPDATE_CALENDARS,
    of_party,
    of_session,
)
from shared import clock
from shared.contracts.questions import Contacts, SessionDetails, WhatSession, WhoIsConcerned
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.ask import NoAnswer
from shared.messaging.marks import Marks
from shared.messaging.patience import PatientAsk

MARKS = 1_000  # worked off at a time: bounds how much is asked before anything is committed


@dataclass(frozen=True)
class Scope:
    """What of a programme's calendars is looked at: all of them, or what concerns some of its parties and sessions."""

    is_all: bool
    parties: frozenset[str]
    sessions: frozenset[str]


@dataclass
class Answers:
    """What others answered before the calendars are compared."""

    contacts: dict[str, Contacts] = field(default_factory=dict)  # by party
    # By session, with the version in which it was known before asking.
    details: dict[str, tuple[int, SessionDetails]] = field(default_factory=dict)
    contact_person: Someone | None = None  # the council's, for the programme
    unanswered: set[str | None] = field(default_factory=set)  # the parts that nobody answered about


@dataclass(frozen=True, kw_only=True)
class Rules:
    domain: str  # that of the mails' Message-IDs
    ahead: timedelta  # to what is further off, nobody is invited before the agreement is sent
    leads: tuple[int, ...] = ()  # so many days before a session's first day people are reminded of it


async def update_calendars(database: Database, ask: PatientAsk, rules: Rules) -> None:
    """Work off all marks on calendars; a programme that fails holds up no other."""
    await mark_what_comes_near(database, ahead=rules.ahead, leads=rules.leads)
    async for attempt in set_aside.attempts(database, LOOK_AT_CALENDARS_OF_PARTIES):
        async with attempt:
            await mark_calendars_of_parties(database)
    async for attempt in set_aside.attempts(database, UPDATE_CALENDARS):
        async with attempt as programme:
            await update_programme(database, ask, programme, rules)


async def update_programme(database: Database, ask: PatientAsk, programme: str, rules: Rules) -> None:
    """Work off the programme's marks, so many at a time."""
    while True:
        async with database.transaction(wakes=False) as connection:
            taken = await marks.take(connection, UPDATE_CALENDARS, programme, wait=True)
        for batch in taken.slices(MARKS):
            if not await work_off(database, ask, programme, batch, rules):
                break  # and take the marks anew
        else:
            return


async def work_off(database: Database, ask: PatientAsk, programme: str, batch: Marks, rules: Rules) -> bool:
    """Ask, compare, queue the difference. False where another replica has worked some of these marks off meanwhile.

    What nobody answered about keeps its mark, and holds up nothing else.
    """
    scope = scope_of(batch)
    async with database.reading() as connection:
        questions = await calendars.questions(connection, programme, scope.parties, scope.sessions)
    answers = await answers_to(ask, programme, questions)
    answered = Marks([mark for mark in batch.marks if mark.part not in answers.unanswered])
    if not answered:
        return True
    async with database.transaction() as connection:
        await marks.lock(connection, UPDATE_CALENDARS, programme, wait=True)
        if not await marks.are_there(connection, answered):
            return False
        await bring_up_to_date(connection, programme, scope_of(answered), answers, rules)
        await marks.remove(connection, answered)
    return True


def scope_of(batch: Marks) -> Scope:
    parts = batch.parts()
    return Scope(
        is_all=batch.on_all,
        parties=frozenset(part.removeprefix(PARTY) for part in parts if part.startswith(PARTY)),
        sessions=frozenset(part.removeprefix(SESSION) for part in parts if part.startswith(SESSION)),
    )


async def answers_to(ask: PatientAsk, programme: str, questions: Questions) -> Answers:
    answers = Answers()
    for party in sorted(questions.parties):
        try:
            question = WhoIsConcerned(purpose="invitation", programme=programme, party=party)
            answers.contacts[party] = await ask(question)
        except NoAnswer:
            answers.unanswered.add(of_party(party))
    named = next(iter(answers.contacts.values()), None)
    if named is None and questions.one_party:
        with suppress(NoAnswer):  # whom a mail names holds up no change of a session
            named = await ask(WhoIsConcerned(purpose="invitation", programme=programme, party=questions.one_party))
    answers.contact_person = someone(named.council) if named else None
    for session, version in sorted(questions.sessions.items()):
        try:
            answers.details[session] = version, await ask(WhatSession(session=session))
        except NoAnswer:
            answers.unanswered.add(of_session(session))
    return answers


async def bring_up_to_date(
    connection: AsyncConnection, programme: str, scope: Scope, answers: Answers, rules: Rules
) -> None:
    """Keep the answers, compare the calendars in this scope, and queue what is to be told."""
    # Who heard for these parties until now is looked at as well as who hears from now on: the one may have to be told that
    # an entry goes, the other that it comes.
    persons = await calendars.persons_of_parties(connection, programme, scope.parties)
    persons |= await calendars.who_share_a_mailbox(connection, programme, persons)
    await calendars.keep_contacts(connection, programme, answers.contacts)
    await calendars.keep_details(connection, answers.details)
    persons |= await calendars.persons_of_parties(connection, programme, scope.parties)
    addresses = {
        it.person: it.email for contacts in answers.contacts.values() for it in (*contacts.recipients, *contacts.stay)
    }
    await mails.readdress(connection, programme, addresses)
    persons |= await calendars.who_share_a_mailbox(connection, programme, persons)
    sessions = None if scope.is_all else scope.sessions
    notices = await calendars.last_notices(connection, programme, sessions, persons)
    found = await calendars.sessions_and_parties(connection, programme, sessions, persons, notices)
    # A session that was told of under another programme since: it alone is set aside.
    told = {session for session, _ in notices}
    unknown = told - {it.id for it in found.sessions}
    await set_aside.keep(
        connection,
        UPDATE_CALENDARS,
        programme,
        {of_session(it) for it in told},
        {of_session(it): "session_unknown" for it in unknown},
    )
    besides = {it.party for it in notices.values()} | {it.organisation_number for it in found.parties}
    names = await calendars.names(connection, programme, found.numbers, besides)
    if names is None:
        return  # the programme's own event marks all of its calendars
    today = await clock.today(connection)
    parties = [it for it in found.parties if it.organisation_number in names.parties]
    first_mails = await mails.first_mails(connection, found.sharing) if found.sharing else {}
    until = today + rules.ahead
    changes = differences(
        found.sessions,
        parties,
        notices,
        today,
        lambda key: sessions is None or key[0] in sessions or key[1] in persons,
        first_mails=first_mails,
        invited_until=until,
        is_published=await calendars.is_published(connection, programme),
    )
    letters = [letter(change, programme, names, answers.contact_person) for change in changes]
    near = [] if names.is_closed else coming_up(found.sessions, rules.leads, today)
    if near:
        there = standing(near, parties, notices, first_mails=first_mails, invited_until=until)
        done = await calendars.reminded(connection, {it.id for it in near})
        due = reminders(near, there, notices, reminded=done, leads=rules.leads, today=today)
        letters += [letter(reminder, programme, names, answers.contact_person) for reminder in due]
    await mails.queue(connection, letters, domain=rules.domain, made_at=await clock.now(connection))


def letter(it: Change | Reminder, programme: str, names: Names, contact_person: Someone | None) -> Letter:
    party_name, language = names.parties[it.party]
    change = it if isinstance(it, Change) else None
    reminder = it if isinstance(it, Reminder) else None
    return Letter(
        kind=it.kind,
        programme=programme,
        party=it.party,
        person=it.person.id,
        name=it.person.name,
        address=it.person.address,
        language=language,
        content=CalendarContent(
            programme=names.programme,
            party=party_name,
            is_with_party=it.is_with_party,
            entry=it.entry,
            before=change.before if change else None,
            why=change.why if change else None,
            goes_to=change.goes_to if change else (),
            contact_person=contact_person,
        ),
        session=it.session,
        sequence=change.sequence if change else None,
        lead_days=reminder.lead_days if reminder else None,
        first_day=reminder.first_day if reminder else None,
    )
