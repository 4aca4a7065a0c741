"""Mails: queued with their address and content, then sent or failed. When is real time, by the database's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, Table, case, exists, func, not_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.erased import Erased, without
from services.notifications.letters.domain.kinds import (
    TO_PAY,
    TO_SIGN,
)
from services.notifications.letters.domain.letter import Failed, Late, Letter, Mail, Requeued
from services.notifications.letters.domain.outcome import Next
from services.notifications.letters.overtaken import IS_OVERTAKEN, IS_WITHDRAWN, OTHER, M, is_over, there_is_another
from shared import clock
from shared.among import among
from shared.clock import database_now
from shared.errors import NotFound
from shared.ids import new_id
from shared.messaging.facts import Present, record
from shared.messaging.missing import Missing

NAMED = ("contact", "of_council", "contact_person")  # whom a mail names, and by whose id
COLUMNS = tuple(M.c[name] for name in Mail.__dataclass_fields__)


class Named(NamedTuple):
    """A mail, what its party is called (none where that is not known here), and why it is not tried again once it failed."""

    mail: Mail
    party_name: str | None
    late: Late | None


async def queue(connection: AsyncConnection, letters: Sequence[Letter], *, domain: str, made_at: datetime) -> None:
    """Add letters to what is to be sent, but for those to who was erased meanwhile. `domain` is that of their Message-IDs."""
    if not letters:
        return
    await keep_from_forgetting(connection, M)
    erased = await erased_among(connection, letters)
    now = await database_now(connection)
    rows = []
    for letter in letters:
        if letter.person in erased.persons:
            continue
        id = new_id()
        row = {
            "id": id,
            "version": 1,
            "message_id": f"<{id}@{domain}>",
            "state": "queued",
            "made_at": made_at,
            "tries": 0,
            "try_at": now,
        }
        rows.append(row | vars(letter) | {"content": without(contents.store(letter.content), erased)})
    if rows:
        await connection.execute(M.insert(), rows)


async def keep_from_forgetting(connection: AsyncConnection, table: Table) -> None:
    """Have nobody be forgotten in this table until the end of the transaction, who is not known here to be erased by now.

    Whoever forgets somebody locks it (forgetting/repository.py). Without this an answer from before would be kept after it.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN ROW EXCLUSIVE MODE"))


async def erased_among(connection: AsyncConnection, letters: Sequence[Letter]) -> Erased:
    """Those of the people whom these letters go to, or name by an id, who are erased."""
    called = {it.person: it.name for it in letters}
    named = [getattr(it.content, field, None) for it in letters for field in NAMED]
    ids = {*called, *(it.person for it in named if it is not None and it.person is not None)}
    persons = await erased_of(connection, ids)
    return Erased(persons=persons, names=frozenset(called[it] for it in persons if it in called))


async def erased_of(connection: AsyncConnection, persons: Collection[str]) -> frozenset[str]:
    """Those of these who are erased."""
    e = tables.erased_person.c
    return frozenset((await connection.execute(select(e.id).where(e.id.in_(sorted(persons))))).scalars())


async def claim(connection: AsyncConnection, *, lease: timedelta, at_most: int) -> list[Mail]:
    """Take mails that can be sent now, for as long as the lease lasts: until then no other replica takes them.

    Counts a try of each.
    """
    now = await database_now(connection)
    free = select(*COLUMNS).where(*_free(now)).order_by(M.c.try_at, M.c.id).limit(at_most)
    rows = (await connection.execute(free.with_for_update(skip_locked=True))).all()
    if not rows:
        return []
    counted = update(M).where(among(M.c.id, (row.id for row in rows)))
    await connection.execute(counted.values(leased_until=now + lease, tries=M.c.tries + 1))
    return [replace(Mail(**row._asdict()), tries=row.tries + 1) for row in rows]


async def is_any_free(connection: AsyncConnection) -> bool:
    free = _free(await database_now(connection))
    return (await connection.execute(select(M.c.id).where(*free).limit(1))).first() is not None


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return *_sendable(now), or_(M.c.leased_until.is_(None), M.c.leased_until <= now)


def _sendable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whether a mail's time has come, and no earlier one to the same person about the same matter is still queued.

    A calendar that gets a cancellation before the invitation that it cancels would keep the entry.
    """
    is_after_another = there_is_another(OTHER.c, M.c, OTHER.c.state == "queued")
    return M.c.state == "queued", M.c.try_at <= now, *(not_(it) for it in is_after_another)


async def count_sendable(connection: AsyncConnection) -> int:
    """How many mails could be sent now; those that are just being sent are among them."""
    sendable = _sendable(await database_now(connection))
    return (await connection.execute(select(func.count()).select_from(M).where(*sendable))).scalar_one()


async def count_unsent_and_oldest(connection: AsyncConnection) -> tuple[int, str | None]:
    """How many are neither sent nor failed, those that were put off among them, and the id of the oldest."""
    query = select(func.count(), func.min(M.c.id)).where(M.c.state == "queued")
    count, oldest = (await connection.execute(query)).one()
    return count, oldest


async def free_leases(connection: AsyncConnection) -> None:
    """End all leases. For a moment at which it is certain that nobody is sending."""
    await connection.execute(update(M).where(M.c.state == "queued").values(leased_until=None))


async def first_mails(connection: AsyncConnection, persons: Collection[str]) -> dict[str, str]:
    """The id of the first mail to each of these people, to whom there was any."""
    query = select(M.c.person, func.min(M.c.id).label("first")).where(M.c.person.in_(sorted(persons)))
    return {row.person: row.first for row in await connection.execute(query.group_by(M.c.person))}


async def record_sent(connection: AsyncConnection, mails: Sequence[Mail], *, at: datetime) -> list[Mail]:
    """Record that mails were accepted, and return them as they are now: somebody whom one names may have been erased meanwhile.

    A mail whose lease ran out may have been sent and recorded by another replica meanwhile: it is left out.
    """
    if not mails:
        return []
    statement = (
        update(M)
        .where(among(M.c.id, (mail.id for mail in mails)), M.c.state == "queued")
        .values(state="sent", version=M.c.version + 1, sent_at=at, reply=None, leased_until=None)
        .returning(M.c.id, M.c.content)
    )
    settled = {row.id: row.content for row in await connection.execute(statement)}
    return [
        replace(it, state="sent", version=it.version + 1, sent_at=at, reply=None, content=settled[it.id])
        for it in mails
        if it.id in settled
    ]


async def record_unsent(connection: AsyncConnection, mail: Mail, after: Next, *, reply: int | None) -> Mail | None:
    """Record what becomes of a mail that was not accepted; None where another replica has recorded it as sent or failed."""
    changes: dict[str, Any] = {**vars(after), "reply": reply}
    if after.state == "failed":
        changes["version"] = mail.version + 1
    statement = update(M).where(M.c.id == mail.id, M.c.state == "queued").values(leased_until=None, **changes)
    return replace(mail, **changes) if (await connection.execute(statement)).rowcount else None


async def adopt(connection: AsyncConnection, lost: Mail, *, fingerprint: str | None) -> None:
    """Have it be known that a mail was settled, unless that is known; of one that is here nothing else changes."""
    row = (await connection.execute(select(M.c.version).where(M.c.id == lost.id))).first()
    if row is None:
        await connection.execute(M.insert(), vars(lost) | {"fingerprint": fingerprint})
    elif row.version < lost.version:
        changes = {"version": lost.version, "state": lost.state, "sent_at": lost.sent_at, "leased_until": None}
        await connection.execute(update(M).where(M.c.id == lost.id).values(**changes))


async def adopt_mailing(connection: AsyncConnection, lost: Mail, event_id: str) -> None:
    """The mailing that it was written for has had its recipients: nobody is asked about it again."""
    m = tables.mailing
    about = {"kind": lost.kind, "event_id": event_id, "programme": lost.programme, "party": lost.party}
    waiting = Present(m, **about, about={}, happened_at=lost.made_at, addressed_at=lost.made_at)
    await record(connection, [waiting])
    is_it = (m.c.kind == lost.kind) & (m.c.event_id == event_id) & (m.c.party == lost.party)
    is_waiting = is_it & m.c.addressed_at.is_(None)
    await connection.execute(update(m).where(is_waiting).values(addressed_at=lost.made_at))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Mails of which an event alone is left."""
    found = await connection.execute(
        select(*COLUMNS).where(M.c.name == "", M.c.address == "", ~M.c.erased).order_by(M.c.id)
    )
    return [
        Missing(entity="mail", id=row.id, programme=row.programme, party=row.party, fields=("address", "content"))
        for row in found
    ]


async def failing(connection: AsyncConnection) -> list[Named]:
    """The last mail to each address that a mail server refused for good, by address: until a later one was taken, or goes elsewhere."""
    i = tables.invitee.c
    taken = exists().where(OTHER.c.address == M.c.address, OTHER.c.state == "sent", OTHER.c.id > M.c.id)
    moved = exists().where(OTHER.c.person == M.c.person, OTHER.c.address.not_in(("", M.c.address)), OTHER.c.id > M.c.id)
    answered = exists().where(i.person == M.c.person, i.address.not_in(("", M.c.address)))
    is_failing = M.c.state == "failed", M.c.reply.is_not(None), M.c.address != "", ~taken, ~moved, ~answered
    query = _with_reasons(await clock.today(connection)).where(*is_failing).order_by(M.c.address, M.c.id)
    last = {row.address: _named(row) for row in await connection.execute(query)}
    return list(last.values())


async def requeue(connection: AsyncConnection, mail: Mail, *, address: str, by: str) -> Mail:
    """Have a failed mail tried anew, as often and as long as a new one."""
    changes = await _as_new(connection, by=by) | {"address": address}
    await connection.execute(update(M).where(M.c.id == mail.id).values(**changes))
    return replace(mail, **changes)


async def requeue_all(connection: AsyncConnection, which: Failed, *, by: str) -> Requeued:
    """Have failed mails tried anew, but for what is overtaken, over or lost."""
    failed = [M.c.state == "failed", *(M.c[name] == value for name, value in vars(which).items() if value is not None)]
    is_lost = (M.c.name == "") & (M.c.address == "")
    is_late = IS_OVERTAKEN | is_over(await clock.today(connection))
    query = (
        select(func.count().filter(is_lost), func.count().filter(not_(is_lost) & is_late)).select_from(M).where(*failed)
    )
    lost, late = (await connection.execute(query)).one()
    changes = await _as_new(connection, by=by)
    statement = update(M).where(*failed, not_(is_lost), not_(is_late)).values(**changes)
    queued = (await connection.execute(statement)).rowcount
    return Requeued(queued=queued, overtaken=late, lost=lost)


async def _as_new(connection: AsyncConnection, *, by: str) -> dict[str, Any]:
    now = await database_now(connection)
    return {"state": "queued", "try_at": now, "tries": 0, "put_off_at": None, "changed_by": by}


async def last_to_sign_or_pay(connection: AsyncConnection, programme: str, parties: Collection[str]) -> list[Mail]:
    """Of what asked people of these parties to sign or to pay, and nothing has overtaken: each mail as it was sent last."""
    query = select(*COLUMNS).where(
        M.c.programme == programme,
        M.c.party.in_(sorted(parties)),
        M.c.kind.in_((*TO_SIGN, *TO_PAY)),
        M.c.address != "",
        not_(IS_OVERTAKEN),
    )
    newest: dict[str, Mail] = {}
    for row in await connection.execute(query.order_by(M.c.id)):
        newest[row.repeats or row.id] = Mail(**row._asdict())
    return list(newest.values())


async def readdress(connection: AsyncConnection, programme: str, addresses: Mapping[str, str]) -> None:
    """Have what is queued for these people, and nobody is just sending, go to where they are now."""
    now = await database_now(connection)
    is_free = or_(M.c.leased_until.is_(None), M.c.leased_until <= now)
    for person, address in sorted(addresses.items()):
        is_elsewhere = M.c.address.not_in(("", address))
        which = (M.c.programme == programme) & (M.c.person == person) & (M.c.state == "queued") & is_elsewhere & is_free
        await connection.execute(update(M).where(which).values(address=address))


async def sent_again_as(connection: AsyncConnection, mail: Mail) -> Mail | None:
    """The mail as which this one was sent again last, or is to be."""
    query = select(*COLUMNS).where(M.c.repeats == (mail.repeats or mail.id), M.c.id > mail.id)
    row = (await connection.execute(query.order_by(M.c.id.desc()).limit(1))).first()
    return Mail(**row._asdict()) if row else None


async def repeat(connection: AsyncConnection, mail: Mail, *, address: str, at: datetime, by: str | None) -> Mail:
    """Queue what a mail said as a new one. `at` is the domain's time. About a session: under the lock of its calendars."""
    id = new_id()
    again = replace(
        mail,
        id=id,
        version=1,
        sequence=await _next_sequence(connection, mail),
        address=address,
        message_id=f"<{id}@{mail.message_id.rpartition('@')[2].rstrip('>')}>",
        state="queued",
        made_at=at,
        sent_at=None,
        tries=0,
        put_off_at=None,
        try_at=await database_now(connection),
        reply=None,
        changed_by=by,
        repeats=mail.repeats or mail.id,
    )
    await connection.execute(M.insert(), vars(again))
    return again


async def address_of(connection: AsyncConnection, mail: Mail) -> str:
    """Where the person of a mail is written to by now: as was answered last about invitations, or as the newest mail went."""
    i = tables.invitee.c
    answered = select(i.address).where(i.person == mail.person, i.programme == mail.programme, i.address != "")
    newest = select(M.c.address).where(M.c.person == mail.person, M.c.address != "").order_by(M.c.id.desc())
    for query in (answered, newest):
        found = (await connection.execute(query.limit(1))).scalar()
        if found:
            return str(found)
    return mail.address


async def _next_sequence(connection: AsyncConnection, mail: Mail) -> int | None:
    if mail.sequence is None:
        return None
    query = select(func.max(M.c.sequence)).where(M.c.session == mail.session, M.c.person == mail.person)
    return int((await connection.execute(query)).scalar_one()) + 1


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Mail:
    """A mail, locked until the end of the transaction if asked for. Raises NotFound."""
    query = select(*COLUMNS).where(M.c.id == id)
    return Mail(**_there((await connection.execute(query.with_for_update() if lock else query)).first())._asdict())


def _there(row: Row[*tuple[Any, ...]] | None) -> Row[*tuple[Any, ...]]:
    if row is None:
        msg = "there is no such mail"
        raise NotFound(msg, code="no_such_mail", field="id")
    return row


async def listed(
    connection: AsyncConnection,
    *,
    after: str | None,
    limit: int,
    newest_first: bool = False,
    **wanted: str | None,
) -> list[Named]:
    """Mails in the order in which they were made, or the other way round: those whose columns are as `wanted`."""
    order = M.c.id.desc() if newest_first else M.c.id
    query = _with_reasons(await clock.today(connection)).order_by(order).limit(limit)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(M.c[name] == value)
    if after is not None:
        query = query.where(M.c.id < after if newest_first else M.c.id > after)
    return [_named(row) for row in await connection.execute(query)]


async def check_programme_is_known(connection: AsyncConnection, code: str) -> None:
    """Raises NotFound for a programme that is not known yet."""
    p = tables.programme.c
    if (await connection.execute(select(p.code).where(p.code == code))).first() is None:
        msg = "this programme is not known here yet"
        raise NotFound(msg, code="programme_is_not_known", field="programme")


async def named(connection: AsyncConnection, id: str) -> Named:
    """A mail with its party's name. Raises NotFound."""
    query = _with_reasons(await clock.today(connection)).where(M.c.id == id)
    return _named(_there((await connection.execute(query)).first()))


def _with_reasons(today: date) -> Select[Any]:
    """Mails as `Named`. `today` is a day in Norway."""
    late = case(
        (M.c.state != "failed", None),
        (M.c.erased, "person_erased"),
        (IS_WITHDRAWN, "withdrawn"),
        (IS_OVERTAKEN, "overtaken"),
        (is_over(today), "session_over"),
    )
    party = tables.party
    query = select(*COLUMNS, party.c.name.label("party_name"), late.label("late"))
    return query.join(party, party.c.organisation_number == M.c.party, isouter=True)


def _named(row: Row[*tuple[Any, ...]]) -> Named:
    mail = Mail(**{name: getattr(row, name) for name in Mail.__dataclass_fields__})
    return Named(mail, row.party_name, row.late)


async def count_by_state_and_kind(connection: AsyncConnection, programme: str) -> dict[str, dict[str, int]]:
    """How many mails of a programme there are in each state, by their kinds."""
    query = select(M.c.state, M.c.kind, func.count().label("mails")).where(M.c.programme == programme)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(query.group_by(M.c.state, M.c.kind).order_by(M.c.kind)):
        found[row.state][row.kind] = row.mails
    return found
