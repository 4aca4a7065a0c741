"""All that all services know of a person (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.registration.agreements import documents
from services.registration.erasure import repository
from services.registration.erasure.domain.prose import words_of
from services.registration.erasure.repository import Written
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.people.domain.pointing import Pointing
from shared import clock
from shared.contracts.questions import (
    InvitedFor,
    KeptMail,
    NamingSession,
    NamingText,
    WhatIsKeptOfPerson,
    WhatNamesSomeone,
)
from shared.database import Database
from shared.messaging.ask import Ask


@dataclass(frozen=True, kw_only=True)
class Export:
    person: Person
    exported_at: datetime
    today: date
    pointing: Sequence[Pointing]
    participations: Sequence[Mapping[str, Any]]
    tenures: Sequence[Mapping[str, Any]]
    signatures: Sequence[Mapping[str, Any]]
    documents: Sequence[Mapping[str, Any]]
    attendance: Sequence[Mapping[str, Any]]
    texts: Sequence[Written]
    texts_of_plan: Sequence[NamingText]
    invitations: Sequence[InvitedFor]
    mails: Sequence[KeptMail]
    sessions: Sequence[NamingSession]


async def export_person(database: Database, ask: Ask, id: str) -> Export:
    """Whole or not at all: raises NotFound, and NoAnswer or RefusedToAnswer where a service does not say what it holds."""
    async with database.reading() as connection:
        person = await people.get(connection, id)
        words = words_of(person)
        pattern = words.pattern
        participations = await repository.participations(connection, id)
        known: dict[str, Any] = {
            "pointing": (await people.pointing_to(connection, [id]))[id],
            "participations": participations,
            "tenures": await repository.tenures(connection, id, [it["id"] for it in participations]),
            "signatures": await repository.signatures(connection, id),
            "documents": await documents.naming(connection, id),
            "attendance": await repository.attendance(connection, id),
            "texts": await repository.mailboxes(connection, person.email)
            + ([it async for it in repository.written(connection, pattern)] if pattern else []),
        }
        now, today = await clock.now(connection), await clock.today(connection)
    invitations, mails = await _mails(ask, id)
    sessions, texts_of_plan = await _plan(ask, words.words)
    return Export(
        person=person,
        exported_at=now,
        today=today,
        **known,
        invitations=invitations,
        mails=mails,
        sessions=sessions,
        texts_of_plan=texts_of_plan,
    )


async def _mails(ask: Ask, id: str) -> tuple[list[InvitedFor], list[KeptMail]]:
    invitations: list[InvitedFor] = []
    mails: list[KeptMail] = []
    after: str | None = None
    while True:
        part = await ask(WhatIsKeptOfPerson(person=id, after=after))
        invitations += part.invited
        mails += part.mails
        if (after := part.more_after) is None:
            return invitations, mails


async def _plan(ask: Ask, words: Sequence[str]) -> tuple[list[NamingSession], list[NamingText]]:
    sessions: list[NamingSession] = []
    texts: list[NamingText] = []
    after: str | None = None
    while words:
        part = await ask(WhatNamesSomeone(words=tuple(words), after=after))
        sessions += part.sessions
        texts += part.texts
        if (after := part.more_after) is None:
            break
    return sessions, texts
