"""Write the mails that are due because of an event: ask who is concerned, and queue one for each.

Driven by marks: they are read before the mailings, and removed when nothing that they are on still waits for an answer.
A mailing without its party, its programme or any recipient holds none; the fact that is missing will mark it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import Billed, Document, DocumentNumber, MailingContent
from services.notifications.letters.domain.kinds import PURPOSES
from services.notifications.letters.domain.letter import Letter
from services.notifications.mailings import repository as mailings
from services.notifications.mailings.domain.mailing import Mailing
from services.notifications.mailings.repository import Mark
from shared import clock
from shared.clock import OSLO, real_now
from shared.contracts.questions import BilledParty, WhatDocument, WhoIsConcerned
from shared.database import Database
from shared.messaging.ask import NoAnswer
from shared.messaging.patience import PatientAsk

MARKS = 100  # looked at in one go


async def write_mailings(database: Database, ask: PatientAsk, *, domain: str) -> None:
    """Work off all marks on mailings. `domain` is that of the mails' Message-IDs."""
    after = 0
    while True:
        async with database.reading() as connection:
            marks = await mailings.marks(connection, after=after, limit=MARKS)
            waiting = await mailings.waiting(connection, marks) if marks else []
        letters: dict[int, list[Letter]] = {}
        unanswered = []
        for n, mailing in enumerate(waiting):
            try:
                letters[n] = await letters_of(ask, mailing)
            except NoAnswer:
                unanswered.append(mailing)
        settled = [mark for mark in marks if not any(mark.is_on(mailing) for mailing in unanswered)]
        written = [(waiting[n], found) for n, found in letters.items() if found]
        if written or settled:
            await commit(database, written, settled, domain=domain)
        if len(marks) < MARKS:
            return
        after = marks[-1].id


async def letters_of(ask: PatientAsk, mailing: Mailing) -> list[Letter]:
    """One letter a recipient; none where nobody is known who is concerned. Raises NoAnswer."""
    document = await document_of(ask, mailing.about.document) if mailing.about.document else None
    purpose = PURPOSES[mailing.kind]
    contacts = await ask(WhoIsConcerned(purpose=purpose, programme=mailing.programme, party=mailing.party))
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


async def document_of(ask: PatientAsk, which: DocumentNumber) -> Document:
    """What stands in an invoice or credit note, as billing answers. Raises NoAnswer."""
    it = await ask(WhatDocument(kind=which.kind, series=which.series, number=which.number))
    return Document(
        number=it.number,
        issued_on=it.issued_on,
        due_on=it.due_on,
        seller=billed(it.seller),
        buyer=billed(it.buyer),
        payer_reference=it.payer_reference,
        programme_name=it.programme_name,
        instalment=it.instalment,
        delivered=it.delivered,
        delivered_from=it.delivered_from,
        delivered_to=it.delivered_to,
        delivered_where=it.delivered_where,
        amount_ore=it.amount_ore,
        no_vat_because=it.no_vat_because,
        account=it.account,
        kid=it.kid,
        credits_invoice=it.credits_invoice,
        reason=it.reason,
    )


def billed(party: BilledParty) -> Billed:
    return Billed(
        name=party.name,
        organisation_number=party.organisation_number,
        street=party.street,
        postal_code=party.postal_code,
        city=party.city,
    )


async def commit(
    database: Database, written: Sequence[tuple[Mailing, list[Letter]]], settled: Sequence[Mark], *, domain: str
) -> None:
    """Queue the letters of those mailings that no other replica has addressed meanwhile."""
    async with database.transaction() as connection:
        now = await clock.now(connection)
        letters: list[Letter] = []
        for mailing, found in sorted(written, key=lambda it: it[0].event_id):
            if await mailings.claim(connection, mailing, at=now):
                letters += found
        await mails.queue(connection, letters, domain=domain, made_at=now, now=real_now())
        await mailings.remove_marks(connection, settled)
