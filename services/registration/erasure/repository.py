"""What is known of a person in all of registration's tables, and what is emptied of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, Text, and_, exists, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.erasure.domain.prose import without, words_of
from services.registration.erasure.domain.receipt import Erasure, Reason
from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from services.registration.people.repository import COLUMNS
from services.registration.rows import fields
from shared.messaging import emptying
from shared.messaging.facts import Present, record

# Whose texts are names of public bodies, people themselves, what events tell, or no text that anybody wrote.
WITHOUT_PROSE = frozenset(
    {"programme", "party", "person", "erasure", "person_in_plan", "person_in_mails", "session", "agreement_document"}
)
ANSWERS = {"scheduling": tables.person_in_plan, "notifications": tables.person_in_mails}

e, p = tables.erasure.c, tables.participant.c


@dataclass(frozen=True, kw_only=True)
class Written:
    """A text that people wrote: of which row, in which column, and what it says."""

    table: str
    column: str
    key: tuple[Any, ...]
    text: Any


async def find(connection: AsyncConnection, person: str) -> Erasure | None:
    row = (await connection.execute(select(tables.erasure).where(e.person == person))).first()
    return Erasure(**fields(row), by=row.changed_by) if row else None


async def erase(connection: AsyncConnection, it: Person, *, reason: Reason | None, at: datetime, by: str) -> Erasure:
    """Empty all that says who somebody is, and keep that it was. Nobody else adds or changes a person meanwhile."""
    pattern = words_of(it).pattern
    own = sum(value is not None for value in (it.name, it.email, it.phone))
    roles = await _empty_roles(connection, it.id, by=by)
    mailboxes = await _empty_mailboxes(connection, it.email, by=by)
    texts = await _empty_prose(connection, pattern) if pattern else 0
    await people.save(connection, replace(it, name=None, email=None, phone=None, erased=True), by=by)
    emptied = {"name_and_address": own, "roles": roles, "texts": texts, "mailboxes": mailboxes}
    found = Erasure(person=it.id, reason=reason, erased_at=at, emptied=emptied, by=by)
    row = {name: value for name, value in vars(found).items() if name != "by"}
    await record(connection, [Present(tables.erasure, **row, changed_by=by), *emptying.wipe()])
    return found


async def answers(connection: AsyncConnection, person: str) -> dict[str, Mapping[str, Any] | None]:
    """By service that holds people, what it answered to the erasure; none where it has not."""
    found: dict[str, Mapping[str, Any] | None] = {}
    for service, table in ANSWERS.items():
        row = (await connection.execute(select(table).where(table.c.id == person))).first()
        found[service] = dict(row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's name for a row by names
    return found


async def unanswered(connection: AsyncConnection) -> list[str]:
    """Who was erased and not yet forgotten by every other service, the earliest first."""
    has_answered = [exists().where(it.c.id == e.person) for it in ANSWERS.values()]
    query = select(e.person).where(not_(and_(*has_answered))).order_by(e.erased_at, e.person)
    return list((await connection.execute(query)).scalars())


async def _empty_roles(connection: AsyncConnection, person: str, *, by: str) -> int:
    """What somebody was at work, in each group that they took part in; how many there were."""
    which = (p.person == person) & p.role.is_not(None)
    statement = tables.participant.update().where(which).values(role=None, changed_by=by)
    return (await connection.execute(statement)).rowcount


async def _empty_mailboxes(connection: AsyncConnection, email: str | None, *, by: str) -> int:
    """Have mails about invoices go no more to somebody's address; of how many parties they did. Each is another version then."""
    party = tables.party
    emptied = {"invoice_email": None, "version": party.c.version + 1, "changed_by": by}
    statement = party.update().where(party.c.invoice_email == email).values(emptied)
    return (await connection.execute(statement)).rowcount if email else 0


async def mailboxes(connection: AsyncConnection, email: str | None) -> list[Written]:
    """Of which parties mails about invoices go to somebody's address."""
    c = tables.party.c
    query = select(c.organisation_number).where(c.invoice_email == email).order_by(c.organisation_number)
    if email is None:
        return []
    numbers = (await connection.execute(query)).scalars()
    return [Written(table="party", column="invoice_email", key=(it,), text=email) for it in numbers]


async def _empty_prose(connection: AsyncConnection, pattern: re.Pattern[str]) -> int:
    """Take somebody out of all that people wrote; in how many texts they stood."""
    found = [it async for it in written(connection, pattern)]
    for it in found:
        table = tables.metadata.tables[it.table]
        which = [column == value for column, value in zip(table.primary_key, it.key, strict=True)]
        await connection.execute(table.update().where(*which).values({it.column: without(it.text, pattern)}))
    return len(found)


async def written(connection: AsyncConnection, pattern: re.Pattern[str]) -> AsyncIterator[Written]:
    """What people wrote in which the person stands, table by table."""
    for table in tables.metadata.sorted_tables:
        if columns := prose_of(table):
            query = select(*table.primary_key, *columns).order_by(*table.primary_key)
            for row in (await connection.execute(query)).all():
                key = tuple(row[: len(table.primary_key)])
                for column in columns:
                    said = row._mapping[column]  # noqa: SLF001 - SQLAlchemy's name for a row by names
                    if without(said, pattern) != said:
                        yield Written(table=table.name, column=column.name, key=key, text=said)


def prose_of(table: Table) -> list[Column[Any]]:
    """The columns of a table in which people write: all of its texts, so that a new one is not forgotten."""
    if table.name in WITHOUT_PROSE:
        return []
    return [it for it in table.columns if isinstance(it.type, Text | JSON) and not it.primary_key]


async def participations(connection: AsyncConnection, person: str) -> list[Mapping[str, Any]]:
    query = select(tables.participant).where(p.person == person).order_by(p.programme, p.party)
    return [dict(it) for it in (await connection.execute(query)).mappings()]


async def tenures(connection: AsyncConnection, person: str, participants: Collection[str]) -> list[Mapping[str, Any]]:
    """Who was what from when until when, as participants and as an advisor."""
    t = tables.tenure.c
    query = select(tables.tenure).where(t.who.in_([person, *participants])).order_by(t.programme, t.party, t.number)
    return [dict(it) for it in (await connection.execute(query)).mappings()]


async def signatures(connection: AsyncConnection, person: str) -> list[Mapping[str, Any]]:
    s, a = tables.signatory.c, tables.agreement.c
    query = select(s.agreement, a.programme, a.party, s.role, s.place, s.signed_on).join(
        tables.agreement, a.id == s.agreement
    )
    rows = await connection.execute(query.where(s.person == person).order_by(a.id, s.role))
    return [dict(it) for it in rows.mappings()]


async def attendance(connection: AsyncConnection, person: str) -> list[Mapping[str, Any]]:
    """At which sessions somebody was recorded as present, and on which days, in time; of one not heard of yet, its id alone."""
    c, s = tables.presence.c, tables.session.c
    query = (
        select(c.session, s.kind, s.number, s.title, p.programme, c.party, c.day)
        .join(tables.participant, p.id == c.participant)
        .outerjoin(tables.session, s.id == c.session)
        .where(p.person == person)
        .order_by(c.day, c.session, c.party)
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in (await connection.execute(query)).mappings():
        at = {name: row[name] for name in row if name != "day"}
        found.setdefault((row["session"], row["party"]), at | {"days": []})["days"].append(row["day"])
    return list(found.values())


async def everybody(connection: AsyncConnection, *, after: str, limit: int) -> list[tuple[Person, bool]]:
    """Those who are not erased, by id, each with whether the council has them as an advisor."""
    n, v = tables.person.c, tables.advisor.c
    query = select(*COLUMNS, v.person.label("advisor")).outerjoin(tables.advisor, v.person == n.id)
    rows = await connection.execute(query.where(n.id > after, ~n.erased).order_by(n.id).limit(limit))
    return [
        (Person(**{name: getattr(row, name) for name in Person.__dataclass_fields__}), row.advisor is not None)
        for row in rows
    ]
