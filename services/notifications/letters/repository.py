"""Mails: queued with their address and content, then sent or failed. When is real time, by the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.letter import Letter, Mail
from services.notifications.letters.domain.outcome import Next
from shared.clock import database_now
from shared.errors import NotFound
from shared.ids import new_id
from shared.messaging.facts import Present, record
from shared.messaging.missing import Missing

M = tables.mail
EARLIER = M.alias("earlier")
COLUMNS = tuple(M.c[name] for name in Mail.__dataclass_fields__)


async def queue(connection: AsyncConnection, letters: Sequence[Letter], *, domain: str, made_at: datetime) -> None:
    """Add letters to what is to be sent. `domain` is that of their Message-IDs."""
    if not letters:
        return
    now = await database_now(connection)
    rows = []
    for letter in letters:
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
        rows.append(row | vars(letter) | {"content": contents.store(letter.content)})
    await connection.execute(M.insert(), rows)


async def claim(connection: AsyncConnection, *, lease: timedelta, at_most: int) -> list[Mail]:
    """Take mails that can be sent now, for as long as the lease lasts: until then no other replica takes them.

    Counts a try of each.
    """
    now = await database_now(connection)
    free = select(*COLUMNS).where(*_free(now)).order_by(M.c.try_at, M.c.id).limit(at_most)
    rows = (await connection.execute(free.with_for_update(skip_locked=True))).all()
    if not rows:
        return []
    counted = update(M).where(M.c.id.in_([row.id for row in rows]))
    await connection.execute(counted.values(leased_until=now + lease, tries=M.c.tries + 1))
    return [replace(Mail(**row._asdict()), tries=row.tries + 1) for row in rows]


async def is_any_free(connection: AsyncConnection) -> bool:
    free = _free(await database_now(connection))
    return (await connection.execute(select(M.c.id).where(*free).limit(1))).first() is not None


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return *_sendable(now), or_(M.c.leased_until.is_(None), M.c.leased_until <= now)


def _sendable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whether a mail's time has come, and no earlier one to the same person about the same session is still queued.

    A calendar that gets a cancellation before the invitation that it cancels would keep the entry.
    """
    is_after_another = exists().where(
        EARLIER.c.session == M.c.session,
        EARLIER.c.person == M.c.person,
        EARLIER.c.sequence < M.c.sequence,
        EARLIER.c.state == "queued",
    )
    return M.c.state == "queued", M.c.try_at <= now, not_(is_after_another)


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


async def record_sent(connection: AsyncConnection, mails: Sequence[Mail], *, at: datetime) -> list[Mail]:
    """Record that mails were accepted, and return them as they are now.

    A mail whose lease ran out may have been sent and recorded by another replica meanwhile: it is left out.
    """
    if not mails:
        return []
    statement = (
        update(M)
        .where(M.c.id.in_([mail.id for mail in mails]), M.c.state == "queued")
        .values(state="sent", version=M.c.version + 1, sent_at=at, reply=None, leased_until=None)
        .returning(M.c.id)
    )
    settled = set((await connection.execute(statement)).scalars())
    return [
        replace(it, state="sent", version=it.version + 1, sent_at=at, reply=None) for it in mails if it.id in settled
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
    is_waiting = (m.c.kind == lost.kind) & (m.c.event_id == event_id) & m.c.addressed_at.is_(None)
    await connection.execute(update(m).where(is_waiting).values(addressed_at=lost.made_at))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Mails of which an event alone is left."""
    found = await connection.execute(select(*COLUMNS).where(M.c.name == "", M.c.address == "").order_by(M.c.id))
    return [
        Missing(entity="mail", id=row.id, programme=row.programme, party=row.party, fields=("address", "content"))
        for row in found
    ]


async def requeue(connection: AsyncConnection, mail: Mail, *, address: str, by: str) -> Mail:
    """Have a failed mail tried anew, as often and as long as a new one."""
    changes: dict[str, Any] = {
        "state": "queued",
        "address": address,
        "try_at": await database_now(connection),
        "tries": 0,
        "put_off_at": None,
        "changed_by": by,
    }
    await connection.execute(update(M).where(M.c.id == mail.id).values(**changes))
    return replace(mail, **changes)


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Mail:
    """A mail, locked until the end of the transaction if asked for. Raises NotFound."""
    query = select(*COLUMNS).where(M.c.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        msg = "there is no such mail"
        raise NotFound(msg, field="id")
    return Mail(**row._asdict())


async def listed(
    connection: AsyncConnection,
    *,
    programme: str | None,
    state: str | None,
    kind: str | None,
    after: str | None,
    limit: int,
) -> list[Mail]:
    """Mails in the order in which they were made."""
    query = select(*COLUMNS).order_by(M.c.id).limit(limit)
    for column, value in ((M.c.programme, programme), (M.c.state, state), (M.c.kind, kind)):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(M.c.id > after)
    return [Mail(**row._asdict()) for row in await connection.execute(query)]


async def count_by_state(connection: AsyncConnection, programme: str) -> dict[str, int]:
    """How many mails of a programme there are in each state."""
    query = select(M.c.state, func.count().label("mails")).where(M.c.programme == programme).group_by(M.c.state)
    return {row.state: row.mails for row in await connection.execute(query)}
