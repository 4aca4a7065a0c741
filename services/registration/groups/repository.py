"""Groups and their participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import exists, literal, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.groups.domain.group import Group, Participant
from services.registration.groups.domain.history import reconciled
from services.registration.groups.domain.tenure import Tenure
from services.registration.parties.domain.party import Party
from services.registration.rows import fields
from shared.messaging.missing import Missing

g, p, a, s = tables.party_group.c, tables.participant.c, tables.application.c, tables.agreement.c
t = tables.tenure.c


async def of_party(connection: AsyncConnection, programme: str, party: Party) -> Group:
    """A party's group in a programme. Until the first change is saved it is at version 0, and has no row.

    It is empty then, but for participants that were handed over (R12).
    """
    number = party.organisation_number
    query = select(tables.party_group).where(g.programme == programme, g.party == number)
    row = (await connection.execute(query)).first()
    members = select(p.id, p.person, p.role, p.represents_school_owner, p.has_left)
    rows = await connection.execute(members.where(p.programme == programme, p.party == number).order_by(p.id))
    participants = tuple(Participant(**fields(it)) for it in rows)
    tenures = tuple(await _tenures(connection, programme, number))
    of = fields(row) if row else {"version": 0, "programme": programme, "party": number}
    return reconciled(Group(**of, kind=party.kind, participants=participants, tenures=tenures))


async def of_programme(connection: AsyncConnection, programme: str) -> dict[str, Group]:
    """The groups of those who are accepted, by party, with who left and who was what when: in three statements for all of them."""
    v = tables.party.c
    accepted = (
        select(v.organisation_number.label("of"), v.kind, g.version, g.coordinator, g.advisor)
        .join(tables.application, (a.party == v.organisation_number) & (a.programme == programme))
        .outerjoin(tables.party_group, (g.party == v.organisation_number) & (g.programme == programme))
        .where(a.state == "accepted")
        .order_by(v.organisation_number)
    )
    rows = (await connection.execute(accepted)).all()
    members, tenures = defaultdict(list), defaultdict(list)
    who = (p.id, p.person, p.role, p.represents_school_owner, p.has_left)
    for member in await connection.execute(select(p.party, *who).where(p.programme == programme).order_by(p.id)):
        members[member.party].append(Participant(**{it.name: getattr(member, it.name) for it in who}))
    was = (t.role, t.who, t.from_on, t.until_on)
    for held in await connection.execute(select(t.party, *was).where(t.programme == programme)):
        tenures[held.party].append(Tenure(**{it.name: getattr(held, it.name) for it in was}))
    return {
        row.of: reconciled(
            Group(
                version=row.version or 0,
                programme=programme,
                party=row.of,
                kind=row.kind,
                coordinator=row.coordinator,
                advisor=row.advisor,
                participants=tuple(members[row.of]),
                tenures=tuple(tenures[row.of]),
            )
        )
        for row in rows
    }


async def _tenures(connection: AsyncConnection, programme: str, party: str) -> list[Tenure]:
    query = select(t.role, t.who, t.from_on, t.until_on).where(t.programme == programme, t.party == party)
    return [Tenure(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001


async def of_people(connection: AsyncConnection, persons: Sequence[str], *, ever: bool) -> list[tuple[str, str]]:
    """Programme and party of each group that one of these people has to do with.

    As a participant who has not left, as its advisor, as the contact person of its accepted application, or as one who signs;
    `ever`: also as who has left or advised.
    """
    advised = t.who.in_(persons) & (t.role == "advisor")
    queries = (
        select(p.programme, p.party).where(p.person.in_(persons), ~p.has_left | literal(ever)),
        select(g.programme, g.party).where(g.advisor.in_(persons)),
        select(t.programme, t.party).where(advised, literal(ever)),
        select(a.programme, a.party).where(a.contact_person.in_(persons), a.state == "accepted"),
        select(s.programme, s.party)
        .join(tables.signatory, tables.signatory.c.agreement == s.id)
        .where(tables.signatory.c.person.in_(persons)),
    )
    return [
        (row.programme, row.party) for row in await connection.execute(union(*queries).order_by("programme", "party"))
    ]


async def hand_people_over(connection: AsyncConnection, programme: str, predecessor: Party, successor: Party) -> None:
    """Have a party's participants, those who left among them, be another's, as who was what when (R12)."""
    before, party = predecessor.organisation_number, successor.organisation_number
    for table in (tables.participant, tables.tenure):
        of = (table.c.programme == programme) & (table.c.party == before)
        await connection.execute(table.update().where(of).values(party=party))
    # Who has no address belongs to one party alone.
    person, members = tables.person.c, select(p.person).where(p.programme == programme, p.party == party)
    belongs = (person.scope == before) & person.email.is_(None) & person.id.in_(members)
    await connection.execute(tables.person.update().where(belongs).values(scope=party))


async def put_in_place_of(connection: AsyncConnection, gone: str, person: str) -> None:
    """Have a person stand where another stands of whom no event tells: not in applications and groups (merge_people.py)."""
    for table, column in ((tables.programme, "contact_person"), (tables.signatory, "person")):
        await connection.execute(table.update().where(table.c[column] == gone).values({column: person}))
    d, other = tables.named_in_document.c, tables.named_in_document.alias("other").c
    twice = exists().where(other.person == person, other.agreement == d.agreement, other.fingerprint == d.fingerprint)
    await connection.execute(tables.named_in_document.delete().where(d.person == gone, twice))
    await connection.execute(tables.named_in_document.update().where(d.person == gone).values(person=person))


async def put_presence_in_place_of(connection: AsyncConnection, gone: Sequence[str], participant: str) -> None:
    """Have a participant have been there where others were, who turn out to be the same; all are ids (merge_people.py)."""
    c, other = tables.presence.c, tables.presence.alias("other").c
    for it in gone:
        same = (
            other.participant == participant,
            other.session == c.session,
            other.party == c.party,
            other.day == c.day,
        )
        twice = exists().where(*same)
        await connection.execute(tables.presence.delete().where(c.participant == it, twice))
        await connection.execute(tables.presence.update().where(c.participant == it).values(participant=participant))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Participants and advisors of whom nothing is known."""
    n = tables.person.c
    participants = select(p.person, p.programme, p.party).join(tables.person, n.id == p.person).where(~p.has_left)
    advisors = select(g.advisor.label("person"), g.programme, g.party).join(tables.person, n.id == g.advisor)
    return [
        Missing(entity=entity, id=row.person, programme=row.programme, party=row.party, fields=("name", "email"))
        for entity, query in (("participant", participants), ("advisor", advisors))
        for row in await connection.execute(query.where(n.name.is_(None), ~n.erased))
    ]


async def save(connection: AsyncConnection, before: Group, after: Group, *, by: str) -> None:
    """Save what differs between the group as it was read and as it is to be."""
    scope = {"programme": after.programme, "party": after.party}
    row = {"version": after.version, "coordinator": after.coordinator, "advisor": after.advisor, "changed_by": by}
    if before.version == 0:
        await connection.execute(tables.party_group.insert(), scope | row)
    else:
        update = tables.party_group.update().where(g.programme == after.programme, g.party == after.party)
        await connection.execute(update.values(**row))
    standing = {it.id: it for it in before.participants}
    gone = standing.keys() - {it.id for it in after.participants}
    await connection.execute(tables.participant.delete().where(p.id.in_(gone)))
    for it in after.participants:
        if it.id not in standing:
            await connection.execute(tables.participant.insert(), vars(it) | scope | {"changed_by": by})
        elif it != standing[it.id]:
            await connection.execute(tables.participant.update().where(p.id == it.id).values(**vars(it), changed_by=by))
    await _save_tenures(connection, after, by=by)


async def _save_tenures(connection: AsyncConnection, after: Group, *, by: str) -> None:
    stored = set(await _tenures(connection, after.programme, after.party))
    scope = {"programme": after.programme, "party": after.party}
    for it in stored - set(after.tenures):
        which = [t[name].is_not_distinct_from(value) for name, value in (scope | vars(it)).items()]
        await connection.execute(tables.tenure.delete().where(*which))
    for it in after.tenures:
        if it not in stored:
            await connection.execute(tables.tenure.insert(), vars(it) | scope | {"changed_by": by})
