"""Write the mails that are due because of an event: ask who is concerned, and queue one for each.

Driven by marks: they are taken before the mailings are read, and removed when nothing that they are on still waits for
an answer. Two replicas may ask about the same mailing; which of them addresses it is decided when it is committed.
A mailing that lacks its party, its programme or any recipient keeps no mark: the fact that is missing brings one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.letters import contents
from services.notifications.letters import repository as mails
from services.notifications.letters.attachments import named, question_of
from services.notifications.letters.contents import listed, someone
from services.notifications.letters.domain.content import (
    About,
    Attendance,
    Concern,
    Document,
    File,
    MailingContent,
    Plan,
    PlanSession,
    Unbilled,
)
from services.notifications.letters.domain.kinds import AMENDED, OF_THE_PLAN, PURPOSES, Purpose
from services.notifications.letters.domain.letter import Letter
from services.notifications.letters.domain.mailbox import sharing, written_to
from services.notifications.mailings import repository as mailings
from services.notifications.mailings.documents import answered
from services.notifications.mailings.domain.mailing import Mailing
from services.notifications.mailings.domain.plan import Line, told
from services.notifications.mailings.use_cases.mark_mailings_of_parties import mark_mailings_of_parties
from services.notifications.works import LOOK_AT_MAILINGS_OF_PARTIES, WRITE_MAILINGS
from shared import clock
from shared.clock import OSLO
from shared.contracts import questions
from shared.contracts.questions import (
    Contacts,
    PlanAsItStands,
    WhatContactList,
    WhatDocument,
    WhatIsUnbilled,
    WhatPlan,
    WhatSession,
    WhoIsConcerned,
)
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.ask import NoAnswer
from shared.messaging.facts import record
from shared.messaging.marks import Marks
from shared.messaging.patience import PatientAsk, WasRefused
from shared.when_text import when_text

LONGEST_REASON = 200
SHORTLY = 0.3  # seconds, in which a few files are made
PAUSES = 10  # of that length, while marks are worked off: others wait behind them
MARKS = 100  # worked off at a time: bounds how much is asked before anything is committed


async def write_mailings(database: Database, ask: PatientAsk, *, domain: str) -> None:
    """Work off all marks on mailings; a programme that fails holds up no other. `domain` is that of the mails' Message-IDs."""
    async for attempt in set_aside.attempts(database, LOOK_AT_MAILINGS_OF_PARTIES):
        async with attempt:
            await mark_mailings_of_parties(database)
    async for attempt in set_aside.attempts(database, WRITE_MAILINGS):
        async with attempt as programme:
            async with database.transaction(wakes=False) as connection:
                taken = await marks.take(connection, WRITE_MAILINGS, programme, wait=True)
            for batch in taken.slices(MARKS):
                await work_off(database, ask, programme, batch, domain=domain)


async def work_off(database: Database, ask: PatientAsk, programme: str, batch: Marks, *, domain: str) -> None:
    """Write the mailings that these marks are on, as far as others answer; the marks of the others stay."""
    async with database.reading() as connection:
        parties = None if batch.on_all else set(batch.parts())
        untold = await mailings.untold_of_plan(connection, programme, parties)
    if untold:
        async with database.transaction(wakes=False) as connection:
            await record(connection, untold)
    async with database.reading() as connection:
        waiting = await mailings.waiting(connection, programme, batch)
        of_plan = [it.party for it in waiting if it.about.plan]
        before = await mailings.last_plans(connection, programme, of_plan) if of_plan else {}
    plans, files = Plans(ask, programme, before), Files(ask)
    written: list[tuple[Mailing, list[Letter]]] = []
    # The parts whose marks stay: parties, and None, which is all of the programme.
    unanswered: set[str | None] = set()
    refused: list[tuple[Mailing, str]] = []
    for mailing in waiting:
        try:
            letters = await letters_of(ask, mailing, plans, files)
        except NoAnswer as none:
            unanswered |= {mailing.party, None}
            reason = str(none)[:LONGEST_REASON]
            if isinstance(none, WasRefused) and reason != mailing.refused:
                refused.append((mailing, reason))
        else:
            written += [(mailing, letters)] if letters is not None else []
    settled = Marks([mark for mark in batch.marks if mark.part not in unanswered])
    if refused:
        async with database.transaction(wakes=False) as connection:
            for mailing, reason in refused:
                await mailings.note_refusal(connection, mailing, reason)
    if written or settled:
        await queue_letters(database, written, settled, domain=domain)


class Plans:
    """A programme's plan, for which scheduling is asked once, as each party is told of it. `before` has what each was told last."""

    def __init__(self, ask: PatientAsk, programme: str, before: Mapping[str, Sequence[PlanSession]]) -> None:
        self._ask = ask
        self._programme = programme
        self._before = before
        self._found: PlanAsItStands | None = None

    async def told(self, mailing: Mailing) -> Plan | None:
        """None where the plan was revised since: then the party is told of that. Raises NoAnswer."""
        assert mailing.about.plan is not None  # for the type checker: it is about a plan
        if self._found is None:
            self._found = await self._ask(WhatPlan(programme=self._programme))
        if self._found.revision > mailing.about.plan.revision:
            return None
        lines = [
            Line(
                session=it.session,
                title=it.title,
                format=it.format,
                when=when_text(it.when, mailing.language),
                place=it.place,
            )
            for it in self._found.sessions
        ]
        return told(mailing.about.plan, lines, self._before.get(mailing.party, ()), mailing.language)


class Files:
    """The files that mails carry. Those that are just being made are waited for a moment, though not by each mail of many."""

    def __init__(self, ask: PatientAsk) -> None:
        self._ask = ask
        self._pauses = PAUSES

    async def of(self, mailing: Mailing) -> tuple[File, ...] | None:
        """None where its mails carry none. Raises NoAnswer, as while they are not made yet."""
        question = question_of(mailing.kind, mailing.programme, mailing.about, with_content=False)
        if question is None:
            return None
        answered = await self._ask(question)
        if not answered.are_made and self._pauses:
            self._pauses -= 1
            await asyncio.sleep(SHORTLY)
            answered = await self._ask(question)
        if not answered.are_made:
            msg = "the files that it carries are not made yet"
            raise NoAnswer(msg)
        return named(mailing.kind, answered)


async def letters_of(ask: PatientAsk, mailing: Mailing, plans: Plans, files: Files) -> list[Letter] | None:
    """One letter to each recipient, or none where there is nothing to be said any more.

    None while nobody is known who is concerned, or somebody's address is lost. Raises NoAnswer.
    """
    if mailing.is_let_go:
        return []
    plan = await plans.told(mailing) if mailing.about.plan else None
    if mailing.about.plan and plan is None:
        return []  # overtaken: the plan was revised since
    document = await document_of(ask, mailing.about)
    purpose, concern = PURPOSES[mailing.kind], mailing.about.concern
    question = WhoIsConcerned(
        purpose=purpose,
        programme=mailing.programme,
        party=mailing.party,
        agreement=mailing.about.agreement.id if mailing.about.agreement else None,
        raised_by=concern.raised_by if concern else None,
    )
    contacts = await ask(question)
    # Who is told once has no other time: it waits for the fact that says who they are.
    if contacts.lost or not contacts.recipients:
        return None
    if mailing.kind == ("advisor_detached" if contacts.advisor else "advisor_attached"):
        return []  # overtaken: the party has another advisor by now, or none again
    attendance = await attendance_of(ask, mailing.about)
    carried = await files.of(mailing)
    on_list = await contact_list_of(ask, mailing)
    unbilled = await unbilled_of(ask, mailing)
    is_there = mailing.kind == "contact_list_missing" and not on_list["missing"]
    if is_there or (unbilled and not unbilled.says_something):
        return []  # overtaken: what was missing is there by now
    content = MailingContent(
        programme=mailing.programme_name,
        party=mailing.party_name,
        official_name=mailing.official_name,
        party_kind=mailing.party_kind,
        happened_on=mailing.happened_at.astimezone(OSLO).date(),
        contacts=tuple(it.name for it in contacts.recipients)
        if purpose == "concern" or mailing.kind == AMENDED
        else (),
        contact=someone(contacts.contact) if purpose == "concern" else None,
        of_council=someone(of_council(purpose, concern, contacts)),
        contact_person=someone(contacts.council),
        application=mailing.about.application,
        agreement=mailing.about.agreement,
        before=mailing.before,
        concern=concern,
        document=document,
        files=carried,
        visit=mailing.about.visit,
        attendance=attendance,
        **on_list,
        plan=plan,
        unbilled=unbilled,
    )
    return [
        Letter(
            kind=mailing.kind,
            programme=mailing.programme,
            party=mailing.party,
            person=it.person,
            name=it.name,
            address=it.email,
            language=mailing.language,
            content=content,
            event_id=mailing.event_id,
        )
        for it in contacts.recipients
    ]


def of_council(purpose: Purpose, concern: Concern | None, contacts: Contacts) -> questions.Someone | None:
    """The party's advisor; of a concern, who takes it up for the council (R10). What a municipality raises may be about its advisor."""
    if purpose in ("advisor", "contact_list"):
        return contacts.advisor
    if concern is None:
        return None
    if concern.raised_by == "municipality":
        return contacts.council or contacts.advisor
    return contacts.advisor or contacts.council


async def attendance_of(ask: PatientAsk, about: About) -> Attendance | None:
    """With the title of the session at which it is missing. Raises NoAnswer where scheduling does not say it."""
    if about.attendance is None:
        return None
    return replace(about.attendance, title=(await ask(WhatSession(session=about.attendance.session))).title)


async def contact_list_of(ask: PatientAsk, mailing: Mailing) -> dict[str, Any]:
    """What stands on the party's contact list, of a mailing about one. Raises NoAnswer."""
    if not mailing.kind.startswith("contact_list"):
        return {}
    return listed(await ask(WhatContactList(programme=mailing.programme, party=mailing.party)))


async def unbilled_of(ask: PatientAsk, mailing: Mailing) -> Unbilled | None:
    """With what is not invoiced now, of a mailing that tells of it. Raises NoAnswer where billing does not say it."""
    told = mailing.about.unbilled
    if told is None:
        return None
    return contents.unbilled(told, await ask(WhatIsUnbilled(programme=mailing.programme, on=told.monday)))


async def document_of(ask: PatientAsk, about: About) -> Document | None:
    """What stands in the invoice or credit note that it is about. Raises NoAnswer where billing has to be asked for it."""
    if about.document is None or about.issued is not None:
        return about.issued
    which = about.document
    return answered(await ask(WhatDocument(kind=which.kind, series=which.series, number=which.number)))


async def queue_letters(
    database: Database, written: Sequence[tuple[Mailing, list[Letter]]], settled: Marks, *, domain: str
) -> None:
    """Queue the letters of those mailings for which no other replica has done so meanwhile, and remove what is settled."""
    async with database.transaction() as connection:
        now = await clock.now(connection)
        # One after the other, so that two replicas that claim the same mailings do not deadlock, and that of a plan, which many
        # parties are told of, an advisor of several is written to once.
        for programme in sorted({mailing.programme for mailing, _ in written}):
            await marks.lock(connection, WRITE_MAILINGS, programme, wait=True)
        claimed = await mailings.claim(connection, [it for it, _ in written], at=now) if written else set()
        letters: list[Letter] = []
        for _, found in sorted((it for it in written if it[0].key in claimed), key=lambda it: it[0].key):
            letters += await one_a_mailbox(connection, found)
        letters = await each_once(connection, letters)
        await mails.queue(connection, letters, domain=domain, made_at=now)
        await marks.remove(connection, settled)


async def one_a_mailbox(connection: AsyncConnection, letters: list[Letter]) -> list[Letter]:
    """Those of a mailing's letters that are queued: of those who share a mailbox one is written to (N1)."""
    shared = sharing({it.person: it.address for it in letters})
    if not shared:
        return letters
    first = await mails.first_mails(connection, [it for those in shared for it in those])
    left_out = {it for those in shared for it in those} - {written_to(those, first) for those in shared}
    return [it for it in letters if it.person not in left_out]


async def each_once(connection: AsyncConnection, letters: list[Letter]) -> list[Letter]:
    """Without those about a plan to who is written to of it for another party."""
    found: list[Letter] = []
    by_event: dict[str, set[str]] = {}
    for letter in letters:
        if letter.kind in OF_THE_PLAN and letter.event_id is not None:
            if letter.event_id not in by_event:
                by_event[letter.event_id] = await mailings.written_to(connection, letter.event_id)
            known = by_event[letter.event_id]
            if {letter.person, letter.address.lower()} & known:
                continue
            known |= {letter.person, letter.address.lower()}
        found.append(letter)
    return found
