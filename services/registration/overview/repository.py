"""Each list by one statement a page, however many people its rows name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.groups.domain.group import Group, Participant
from services.registration.people.domain.person import Person
from services.registration.rows import fields

A, G, M, N = tables.application, tables.party_group, tables.participant, tables.person
P, V = tables.party, tables.advisor
PERSON = tuple(N.c[name] for name in Person.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class ListedGroup:
    group: Group  # of those who take part now
    party_name: str
    people: dict[str, str | None]  # the names of who takes part or advises, by their ids


@dataclass(frozen=True, kw_only=True)
class Advised:
    """A party that an advisor has, in a programme."""

    programme: str
    party: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ListedAdvisor:
    person: Person
    advises: list[Advised] = field(default_factory=list)


async def groups(
    connection: AsyncConnection,
    programme: str,
    *,
    party: str | None,
    advisor: str | None,
    after: str | None,
    limit: int,
) -> list[ListedGroup]:
    """The groups of those who are accepted, by organisation number; empty ones too."""
    number, other = P.c.organisation_number, N.alias("advising")
    applied = and_(A.c.party == number, A.c.programme == programme)
    formed = and_(G.c.party == number, G.c.programme == programme)
    named = (G.c.version, G.c.coordinator, G.c.advisor, other.c.name.label("advisor_name"))
    query = (
        select(number, P.c.name, P.c.kind, *named)
        .join(A, applied)
        .outerjoin(G, formed)
        .outerjoin(other, other.c.id == G.c.advisor)
        .where(A.c.state == "accepted", number > (after or ""))
        .order_by(number)
        .limit(limit)
    )
    for column, value in ((number, party), (G.c.advisor, advisor)):
        if value is not None:
            query = query.where(column == value)
    page = query.subquery()
    takes_part = and_(M.c.party == page.c.organisation_number, M.c.programme == programme, ~M.c.has_left)
    members = (M.c.id, M.c.person, M.c.role, M.c.represents_school_owner, N.c.name.label("person_name"))
    rows = (
        select(*page.c, *members)
        .outerjoin(M, takes_part)
        .outerjoin(N, N.c.id == M.c.person)
        .order_by(page.c.organisation_number, M.c.id)
    )
    found: dict[str, list[Any]] = {}  # rows
    for row in await connection.execute(rows):
        found.setdefault(row.organisation_number, []).append(row)
    return [_group(programme, it) for it in found.values()]


def _group(programme: str, rows: list[Any]) -> ListedGroup:
    it, members = rows[0], [row for row in rows if row.id is not None]
    group = Group(
        version=it.version or 0,
        programme=programme,
        party=it.organisation_number,
        kind=it.kind,
        coordinator=it.coordinator,
        advisor=it.advisor,
        participants=tuple(
            Participant(
                id=row.id, person=row.person, role=row.role, represents_school_owner=row.represents_school_owner
            )
            for row in members
        ),
    )
    people = {row.person: row.person_name for row in members} | {it.advisor: it.advisor_name}
    return ListedGroup(group=group, party_name=it.name, people=people)


async def advisors(
    connection: AsyncConnection, *, programme: str | None, after: str | None, limit: int
) -> list[ListedAdvisor]:
    """The council's advisors in the order in which they were registered, with those that they have now, or in a programme."""
    query = select(*PERSON).join(V, V.c.person == N.c.id).where(N.c.id > (after or ""), ~N.c.erased)
    page = query.order_by(N.c.id).limit(limit).subquery()
    of = G.c.advisor == page.c.id
    rows = (
        select(*page.c, G.c.programme, G.c.party, P.c.name.label("party_name"))
        .outerjoin(G, of if programme is None else and_(of, G.c.programme == programme))
        .outerjoin(P, P.c.organisation_number == G.c.party)
        .order_by(page.c.id, G.c.programme, P.c.name)
    )
    found: dict[str, ListedAdvisor] = {}
    for row in await connection.execute(rows):
        person = Person(**{name: value for name, value in fields(row).items() if name in Person.__dataclass_fields__})
        it = found.setdefault(person.id, ListedAdvisor(person=person))
        if row.party is not None:
            it.advises.append(Advised(programme=row.programme, party=row.party, name=row.party_name))
    return list(found.values())
