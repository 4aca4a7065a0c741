"""Write the mails that are due because of an event: ask who is concerned, and queue one for each.

Driven by marks: they are taken before the mailings are read, and removed when nothing that they are on still waits for
an answer. Two replicas may ask about the same mailing; which of them addresses it is decided when it is committed.
A mailing that lacks its party, its programme or any recipient keeps no mark: the fact that is missing brings one.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import About, Document, MailingContent
from services.notifications.letters.domain.kinds import PURPOSES
from services.notifications.letters.domain.letter import Letter
from services.notifications.mailings import repository as mailings
from services.notifications.mailings.documents import answered
from services.notifications.mailings.domain.mailing import Mailing
from services.notifications.mailings.use_cases.mark_mailings_of_parties import mark_mailings_of_parties
from services.notifications.works import LOOK_AT_MAILINGS_OF_PARTIES, WRITE_MAILINGS
from shared import clock
from shared.clock import OSLO
from shared.contracts.questions import WhatDocument, WhoIsConcerned
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.ask import NoAnswer
from shared.messaging.marks import Marks
from shared.messaging.patience import PatientAsk, WasRefused

LONGEST_REASON = 200
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
        waiting = await mailings.waiting(connection, programme, batch)
    written: list[tuple[Mailing, list[Letter]]] = []
    # The parts whose marks stay: parties, and None, which is all of the programme.
    unanswered: set[str | None] = set()
    refused: list[tuple[Mailing, str]] = []
    for mailing in waiting:
        try:
            letters = await letters_of(ask, mailing)
        except NoAnswer as none:
            unanswered |= {mailing.party, None}
            reason = str(none)[:LONGEST_REASON]
            if isinstance(none, WasRefused) and reason != mailing.refused:
                refused.append((mailing, reason))
        else:
            written += [(mailing, letters)] if letters or mailing.is_let_go else []
    settled = Marks([mark for mark in batch.marks if mark.part not in unanswered])
    if refused:
        async with database.transaction(wakes=False) as connection:
            for mailing, reason in refused:
                await mailings.note_refusal(connection, mailing, reason)
    if written or settled:
        await queue_letters(database, written, settled, domain=domain)


async def letters_of(ask: PatientAsk, mailing: Mailing) -> list[Letter]:
    """One letter to each recipient; none while nobody is known who is concerned, or somebody's address is lost, or for ever.

    Raises NoAnswer.
    """
    if mailing.is_let_go:
        return []
    document = await document_of(ask, mailing.about)
    purpose = PURPOSES[mailing.kind]
    of = mailing.about.agreement.id if mailing.about.agreement else None
    question = WhoIsConcerned(purpose=purpose, programme=mailing.programme, party=mailing.party, agreement=of)
    contacts = await ask(question)
    if contacts.lost:  # who is told once has no other time: it waits for the fact that says who they are
        return []
    content = MailingContent(
        programme=mailing.programme_name,
        party=mailing.party_name,
        official_name=mailing.official_name,
        party_kind=mailing.party_kind,
        happened_on=mailing.happened_at.astimezone(OSLO).date(),
        contacts=tuple(it.name for it in contacts.recipients) if purpose == "concern" else (),
        application=mailing.about.application,
        agreement=mailing.about.agreement,
        concern=mailing.about.concern,
        document=document,
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
        letters: list[Letter] = []
        # In one order, so that two replicas that claim the same mailings do not deadlock.
        for mailing, found in sorted(written, key=lambda it: it[0].event_id):
            if await mailings.claim(connection, mailing, at=now):
                letters += found
        await mails.queue(connection, letters, domain=domain, made_at=now)
        await marks.remove(connection, settled)
