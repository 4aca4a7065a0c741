"""Calendars: the facts they follow from, the answers that were asked for, and what each person was last told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, delete, exists, false, func, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.calendars.domain.calendar import KINDS_OF_ONE_PARTY, Key, LastNotice, Party, Person, Session
from services.notifications.calendars.domain.reminders import Reminded
from services.notifications.letters import contents
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import CANCELLATION, Language, language
from services.notifications.letters.domain.mailbox import sharing
from shared.clock import OSLO
from shared.contracts.questions import Contacts, SessionDetails
from shared.database import insert
from shared.messaging.facts import Newest, record


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What is to be asked before the calendars can be compared."""

    parties: frozenset[str]  # whose people hear of sessions
    sessions: Mapping[str, int]  # whose details are needed, with each one's version as it is known before asking
    one_party: str | None  # any that is accepted: an answer about it names the programme's contact person, too


@dataclass(frozen=True, kw_only=True)
class SessionsAndParties:
    """What the calendars that are looked at are compared by, and not much more: a programme may have thousands."""

    sessions: list[Session]
    parties: list[Party]  # those that are accepted
    numbers: set[str] | None  # of all parties that were asked for, accepted or not; None: of all that there are

    @property
    def sharing(self) -> set[str]:
        """Those of the parties' people who share a mailbox with another."""
        those = sharing({it.id: it.address for party in self.parties for it in party.people})
        return {it for some in those for it in some}


@dataclass(frozen=True, kw_only=True)
class Names:
    """What mails about a programme's calendars are written with."""

    programme: str
    parties: Mapping[str, tuple[str, Language]]
    is_closed: bool = False  # the programme: nobody is reminded of anything in it


async def programmes_of_parties(connection: AsyncConnection, parties: Collection[str]) -> list[tuple[str, str]]:
    """Programme and party of each application of these parties."""
    a = tables.application.c
    query = select(a.programme, a.party).where(a.party.in_(parties)).distinct()
    return [(row.programme, row.party) for row in await connection.execute(query)]


async def successors(connection: AsyncConnection, programme: str) -> dict[str, str]:
    """By a party whose agreement another has taken over in a programme: the other (R12).

    What is known of the one is read as the other's as soon as this is known, since the news of its application and of its
    sessions comes later: nobody is told that an entry goes which then comes again.
    """
    g = tables.agreement.c
    query = select(g.predecessor, g.party).where(g.programme == programme, g.predecessor.is_not(None)).order_by(g.id)
    return {row.predecessor: row.party for row in await connection.execute(query)}


def _with_predecessors(parties: Collection[str], handed: Mapping[str, str]) -> set[str]:
    return {*parties, *(before for before, party in handed.items() if party in parties)}


async def questions(
    connection: AsyncConnection, programme: str, parties: Collection[str], sessions: Collection[str]
) -> Questions:
    """What is to be asked before these parties and sessions are looked at.

    That is who hears for each party that is accepted, and what each session that may stand in a calendar is called.
    """
    a, s = tables.application, tables.session
    handed = await successors(connection, programme)
    accepted = select(a.c.party).where(
        a.c.programme == programme, a.c.party.in_(sorted(_with_predecessors(parties, handed))), a.c.state == "accepted"
    )
    standing = select(s.c.id, s.c.version).where(
        s.c.id.in_(sorted(sessions)),
        s.c.last_day.is_not(None),
        ~s.c.cancelled,
        or_(s.c.party.is_not(None), s.c.kind.not_in(KINDS_OF_ONE_PARTY)),
    )
    some = select(func.min(a.c.party)).where(a.c.programme == programme, a.c.state == "accepted")
    one_party = (await connection.execute(some)).scalar()
    return Questions(
        one_party=handed.get(one_party, one_party) if one_party else None,
        parties=frozenset(handed.get(it, it) for it in (await connection.execute(accepted)).scalars()),
        sessions={row.id: row.version for row in await connection.execute(standing)},
    )


async def is_published(connection: AsyncConnection, programme: str) -> bool:
    """Whether a programme's plan is published (S6)."""
    p = tables.plan.c
    return (await connection.execute(select(p.version).where(p.programme == programme))).first() is not None


async def keep_contacts(connection: AsyncConnection, programme: str, answers: Mapping[str, Contacts]) -> None:
    """Replace who hears of sessions for these parties; of those who only keep what they have, who was told of something (N2)."""
    i, m = tables.invitee, tables.mail.c
    staying = {it.person for contacts in answers.values() for it in contacts.stay}
    told = select(m.person).where(m.programme == programme, m.sequence.is_not(None), m.person.in_(sorted(staying)))
    keepers = set((await connection.execute(told)).scalars()) if staying else set()
    for party in sorted(answers):
        await connection.execute(delete(i).where(i.c.programme == programme, i.c.party == party))
    await mails.keep_from_forgetting(connection, i)
    rows = []
    for party, contacts in sorted(answers.items()):
        invited = [Person(id=it.person, name=it.name, address=it.email) for it in contacts.recipients]
        invited += [Person(id=it, name="", address="") for it in contacts.lost]
        keeping = [Person(id=it.person, name=it.name, address=it.email) for it in contacts.stay if it.person in keepers]
        rows += [_row(programme, party, it, keeps=it in keeping) for it in (*invited, *keeping)]
    erased = await mails.erased_of(connection, {it["person"] for it in rows})
    rows = [it for it in rows if it["person"] not in erased]
    if rows:
        await connection.execute(i.insert(), rows)


def _row(programme: str, party: str, it: Person, *, keeps: bool) -> dict[str, Any]:
    return {
        "programme": programme,
        "party": party,
        "person": it.id,
        "name": it.name,
        "address": it.address,
        "keeps": keeps,
    }


async def keep_details(connection: AsyncConnection, answers: Mapping[str, tuple[int, SessionDetails]]) -> None:
    """Keep what sessions are called and where they are, each with the version that was known before it was asked for."""
    facts = [
        Newest(
            tables.session_details,
            session=session,
            version=version,
            title=it.title,
            place=it.place,
            meeting_link=it.meeting_link,
        )
        for session, (version, it) in answers.items()
    ]
    await record(connection, facts)


async def persons_of_parties(connection: AsyncConnection, programme: str, parties: Collection[str]) -> set[str]:
    """The ids of those who hear of sessions for one of these parties, as it was last answered."""
    i = tables.invitee
    query = select(i.c.person).where(i.c.programme == programme, i.c.party.in_(sorted(parties)))
    return set((await connection.execute(query)).scalars())


async def who_share_a_mailbox(connection: AsyncConnection, programme: str, persons: Collection[str]) -> set[str]:
    """Those who hear of sessions and whose address one of these persons has too."""
    if not persons:
        return set()
    i, other = tables.invitee, tables.invitee.alias("other")
    query = (
        select(other.c.person)
        .join(i, (other.c.programme == i.c.programme) & (other.c.address == i.c.address))
        .where(
            i.c.programme == programme, i.c.person.in_(sorted(persons)), i.c.address != "", other.c.person != i.c.person
        )
    )
    return set((await connection.execute(query)).scalars())


async def names(
    connection: AsyncConnection, programme: str, parties: Collection[str] | None, besides: Collection[str]
) -> Names | None:
    """The names of a programme and of those of these parties (None: of all) that applied, and of those `besides`.

    None while the programme's is not known.
    """
    query = select(tables.programme.c.name, tables.programme.c.closed_on).where(tables.programme.c.code == programme)
    known = (await connection.execute(query)).first()
    if known is None:
        return None
    p, a = tables.party.c, tables.application.c
    applied = select(a.party).where(a.programme == programme, among(a.party, parties))
    query = select(p.organisation_number, p.name, p.language_form)
    rows = list(await connection.execute(query.where(p.organisation_number.in_(applied))))
    others = sorted({*besides} - {row[0] for row in rows})
    if others:
        rows += await connection.execute(query.where(p.organisation_number.in_(others)))
    parties = {row[0]: (row[1], language(row[2])) for row in rows}
    return Names(programme=known.name, parties=parties, is_closed=known.closed_on is not None)


async def sessions_and_parties(
    connection: AsyncConnection,
    programme: str,
    looked_at: Collection[str] | None,
    persons: Collection[str],
    notices: Mapping[Key, LastNotice],
) -> SessionsAndParties:
    """What these calendars are compared by.

    The sessions: those that are looked at (None: all), those of the notices, and all that may stand in these persons'
    calendars. The parties: all, where a session that is looked at is everyone's; else those that the sessions are held with,
    those of the notices, and those that one of these persons, or one who got a notice, hears for.
    """
    handed = await successors(connection, programme)
    numbers = await _heard_for(connection, programme, persons)
    ids = None if looked_at is None else {*looked_at, *(session for session, _ in notices)}
    sessions = await _sessions(connection, programme, ids, numbers, handed)
    if looked_at is None or any(it.party is None and it.id in looked_at for it in sessions):
        return SessionsAndParties(
            sessions=sessions, parties=await _parties(connection, programme, None, handed), numbers=None
        )
    numbers |= await _heard_for(connection, programme, {person for _, person in notices})
    numbers |= {it.party for it in sessions if it.party} | {it.party for it in notices.values()}
    numbers |= {handed[it] for it in numbers if it in handed}
    return SessionsAndParties(
        sessions=sessions, parties=await _parties(connection, programme, numbers, handed), numbers=numbers
    )


async def _heard_for(connection: AsyncConnection, programme: str, persons: Collection[str]) -> set[str]:
    """The parties that one of these persons hears for."""
    i = tables.invitee.c
    query = select(i.party).where(i.programme == programme, among(i.person, persons)).distinct()
    return set((await connection.execute(query)).scalars())


async def _sessions(
    connection: AsyncConnection,
    programme: str,
    ids: Collection[str] | None,
    parties: Collection[str],
    handed: Mapping[str, str],
) -> list[Session]:
    """The sessions of these ids (None: every session), and, where parties are given, those held with one of them or with all.

    `entry` is none until title and place were answered. What was answered to an older version does not count: the session
    may have been moved to another place since, and is asked about again.
    """
    s, d = tables.session, tables.session_details
    wanted = among(s.c.id, ids)
    if parties:
        wanted |= among(s.c.party, _with_predecessors(parties, handed)) | s.c.party.is_(None)
    query = (
        select(s, d.c.title, d.c.place, d.c.meeting_link, (d.c.version >= s.c.version).label("is_answered"))
        .outerjoin(d, d.c.session == s.c.id)
        .where(s.c.programme == programme, wanted)
    )
    return [
        Session(
            id=row.id,
            kind=row.kind,
            party=handed.get(row.party, row.party),
            cancelled=row.cancelled,
            completed=row.completed,
            last_day=row.last_day,
            entry=(entry := _entry(row) if row.is_answered else None),
            fingerprint=contents.fingerprint_of_entry(entry) if entry else None,
            last_known=_entry(row),
        )
        for row in await connection.execute(query)
    ]


def _entry(row: Row[tuple[object, ...]]) -> Entry | None:
    if row.title is None or row.last_day is None:
        return None
    return Entry(
        title=row.title,
        first_day=row.first_day,
        last_day=row.last_day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        duration_minutes=row.duration_minutes,
        place=row.place,
        meeting_link=row.meeting_link,
        format=row.format,
    )


async def _parties(
    connection: AsyncConnection, programme: str, numbers: Collection[str] | None, handed: Mapping[str, str]
) -> list[Party]:
    """Those of these parties (None: of all) that are accepted, each with who hears of sessions, as last answered."""
    a, g, i = tables.application, tables.agreement, tables.invitee
    invitees: dict[tuple[str, bool], tuple[Person, ...]] = defaultdict(tuple)
    applied = None if numbers is None else _with_predecessors(numbers, handed)
    invited = select(i).where(i.c.programme == programme, among(i.c.party, applied)).order_by(i.c.person)
    for row in await connection.execute(invited):
        invitees[row.party, row.keeps] += (Person(id=row.person, name=row.name, address=row.address),)
    sent = select(g.c.party, g.c.ends_on).where(
        g.c.programme == programme, g.c.called_back_on.is_(None), among(g.c.party, numbers)
    )
    ends_on = {row.party: row.ends_on for row in await connection.execute(sent)}
    accepted = select(a.c.party).where(a.c.programme == programme, a.c.state == "accepted", among(a.c.party, applied))
    taking_part = dict.fromkeys(handed.get(it, it) for it in (await connection.execute(accepted)).scalars())
    for before, party in handed.items():
        if not invitees[party, False]:  # until it is answered who hears for the successor
            invitees[party, False], invitees[party, True] = invitees[before, False], invitees[before, True]
    return [
        Party(
            organisation_number=it,
            accepted=True,
            ends_on=ends_on.get(it),
            persons=invitees[it, False],
            keepers=invitees[it, True],
            has_agreement=it in ends_on,
        )
        for it in taking_part
    ]


async def last_notices(
    connection: AsyncConnection, programme: str, sessions: Collection[str] | None, persons: Collection[str]
) -> dict[Key, LastNotice]:
    """What each person was last told, sent or not.

    Of any of these sessions (None: all of the programme's) to whomever, and of whatever session to any of these persons.
    """
    m = tables.mail
    query = select(m).where(
        m.c.programme == programme,
        m.c.sequence.is_not(None),
        among(m.c.session, sessions) | among(m.c.person, persons),
    )
    found = {}
    for row in await connection.execute(query.order_by(m.c.sequence)):  # the last one stays
        found[row.session, row.person] = LastNotice(
            person=Person(id=row.person, name=row.name, address=row.address),
            party=row.party,
            sequence=row.sequence,
            stands=row.kind != CANCELLATION,
            entry=contents.read_entry(row.content) if row.content else None,
            fingerprint=row.fingerprint,
            why=row.content.get("why"),
            told_on=row.made_at.astimezone(OSLO).date(),
        )
    return found


async def reminded(connection: AsyncConnection, sessions: Collection[str]) -> set[Reminded]:
    """Of which of these sessions there was a reminder, sent or not."""
    m = tables.mail.c
    query = select(m.session, m.person, m.lead_days, m.first_day)
    found = await connection.execute(query.where(m.session.in_(sorted(sessions)), m.lead_days.is_not(None)))
    return {(row.session, row.person, row.lead_days, row.first_day) for row in found}


class Horizon(NamedTuple):
    until: date | None = None  # everyone was looked at who is invited only to what is near: up to this day
    reminded_on: date | None = None  # the day by which it was last seen of what to remind people


async def horizon(connection: AsyncConnection, *, lock: bool = False) -> Horizon:
    """How far was looked; nowhere before the first time."""
    query = select(tables.horizon.c.until, tables.horizon.c.reminded_on)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return Horizon(*row) if row else Horizon()


async def keep_horizon(connection: AsyncConnection, it: Horizon) -> None:
    statement = insert(connection, tables.horizon)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=it._asdict()), {"id": 1, **it._asdict()}
    )


async def sessions_to_remind_of(
    connection: AsyncConnection, seen_on: date | None, today: date, leads: Collection[int]
) -> list[tuple[str, str]]:
    """Programme and id of the sessions to come of which a reminder has become due after one day (None: whenever) and until another."""
    s = tables.session.c
    after = today - timedelta(days=max(leads, default=0)) if seen_on is None else seen_on
    has_become_due = [
        s.first_day.between(after + timedelta(days=lead + 1), today + timedelta(days=lead)) for lead in leads
    ]
    query = select(s.programme, s.id).where(
        s.first_day > today, not_(s.cancelled), not_(s.completed), or_(false(), *has_become_due), not_(_is_closed())
    )
    return [(row.programme, row.id) for row in await connection.execute(query.order_by(s.id))]


async def sessions_come_near(connection: AsyncConnection, after: date, until: date) -> list[tuple[str, str]]:
    """Programme and id of the sessions that begin after one day and until another, where invitations wait for an agreement."""
    a, g, s = tables.application.c, tables.agreement.c, tables.session.c
    has_agreement = exists().where(
        g.programme == a.programme, or_(g.party == a.party, g.predecessor == a.party), g.called_back_on.is_(None)
    )
    waits = exists().where(a.programme == s.programme, a.state == "accepted", not_(has_agreement))
    query = select(s.programme, s.id).where(
        s.first_day > after, s.first_day <= until, not_(s.cancelled), waits, not_(_is_closed())
    )
    return [(row.programme, row.id) for row in await connection.execute(query.order_by(s.id))]


def _is_closed() -> ColumnElement[bool]:
    """Whether a session's programme is."""
    p = tables.programme.c
    return exists().where(p.code == tables.session.c.programme, p.closed_on.is_not(None))


def among(column: ColumnElement[Any], values: Collection[str] | None) -> ColumnElement[bool]:
    """Whether the column is one of these values; None stands for any."""
    if values is None:
        return true()
    return column.in_(sorted(values)) if values else false()
