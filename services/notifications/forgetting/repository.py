"""What is kept of somebody here: invitations, mails to them and mails that name them, and these as they were sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.erased import Erased, without
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.repository import COLUMNS
from shared.clock import day_of
from shared.contracts.questions import InvitedFor, KeptMail, KeptOfPerson
from shared.database import insert

M, INVITEE = tables.mail, tables.invitee
SENT, FORGOTTEN = tables.sent_message, tables.forgotten_person
CHUNK = 500  # ids a statement: databases bound how many parameters one may have
MAILS = 500  # an answer


class Emptied(NamedTuple):
    """How many of each were emptied, and the mails that are not sent any more."""

    invitations: int
    mails: int
    mails_to_others: int
    messages: int
    dropped: Sequence[Mail]  # with what they said, failed since
    said: Collection[str] = ()  # the ids of all mails that said who they were

    @property
    def is_any(self) -> bool:
        return any(self[:4])


async def lock(connection: AsyncConnection) -> None:
    """Have nobody else write a mail, or whom to invite, until the end of the transaction: what comes later knows of the erasure."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE invitee, mail IN SHARE ROW EXCLUSIVE MODE"))


async def known_as(connection: AsyncConnection, person: str) -> Erased:
    """What somebody was called here and where written to, and under which other ids: two may have become one (N1)."""
    ids = {person}
    pairs: set[tuple[str, str]] = set()
    for table in (M, INVITEE):
        query = select(table.c.name, table.c.address).where(table.c.person == person, table.c.address != "")
        pairs |= {(row.name, row.address) for row in await connection.execute(query.distinct())}
    for table in (M, INVITEE):
        theirs = table.c.address.in_(sorted({address for _, address in pairs})), table.c.person.is_not(None)
        same = select(table.c.person, table.c.name, table.c.address).where(*theirs).distinct()
        ids |= {row.person for row in await connection.execute(same) if (row.name, row.address) in pairs}
    return Erased(
        persons=frozenset(ids),
        names=frozenset(name for name, _ in pairs),
        addresses=frozenset(address for _, address in pairs),
    )


async def empty(connection: AsyncConnection, erased: Erased) -> Emptied:
    """Empty all that says who they are. Mails that wait for them fail; of the others it stays known that there was one."""
    invitations = (
        await connection.execute(delete(INVITEE).where(INVITEE.c.person.in_(sorted(erased.persons))))
    ).rowcount
    query = select(*COLUMNS, M.c.fingerprint).where(M.c.person.in_(sorted(erased.persons)), ~M.c.erased)
    rows = (await connection.execute(query.order_by(M.c.id).with_for_update())).all()
    dropped = []
    for row in rows:
        mail = Mail(**{name: getattr(row, name) for name in Mail.__dataclass_fields__})
        changes: dict[str, Any] = {"name": "", "address": "", "content": {}, "erased": True}
        changes["fingerprint"] = row.fingerprint if mail.is_lost else contents.fingerprint(mail.kind, mail.content)
        if mail.state == "queued":
            failed = {"state": "failed", "version": mail.version + 1}
            dropped.append(replace(mail, **failed))  # type: ignore[arg-type]  # each is of its field's type
            changes |= failed | {"leased_until": None}
        await connection.execute(update(M).where(M.c.id == mail.id).values(**changes))
    naming = await _naming(connection, erased)
    for id, content in naming.items():
        await connection.execute(update(M).where(M.c.id == id).values(content=content))
    said = [*(row.id for row in rows), *naming]
    messages = await _remove_messages(connection, said)
    known = [row for row in rows if row.address or row.content]
    return Emptied(invitations, len(known), len(naming), messages, dropped, said)


async def _naming(connection: AsyncConnection, erased: Erased) -> dict[str, Any]:
    """By id the mails to others that name them, each with what it says without them."""
    stored = cast(M.c.content, Text)
    words = [json.dumps(it)[1:-1] for it in sorted(erased.persons | erased.names | erased.addresses) if it]
    query = select(M.c.id, M.c.content).where(or_(*(stored.contains(it, autoescape=True) for it in words)))
    found = {}
    for row in await connection.execute(query.order_by(M.c.id)):
        content = without(row.content, erased)
        if content != row.content:
            found[row.id] = content
    return found


async def _remove_messages(connection: AsyncConnection, mails: Collection[str]) -> int:
    ids = sorted(mails)
    chunks = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return sum([(await connection.execute(delete(SENT).where(SENT.c.mail.in_(it)))).rowcount for it in chunks])


async def told_version(connection: AsyncConnection, person: str) -> int:
    """The version under which it was told that somebody is forgotten; 0 before."""
    query = select(FORGOTTEN.c.version).where(FORGOTTEN.c.id == person)
    return (await connection.execute(query)).scalar() or 0


async def keep_told(connection: AsyncConnection, person: str, *, version: int) -> None:
    statement = insert(connection, FORGOTTEN)
    newer = statement.on_conflict_do_update(
        index_elements=["id"], set_={"version": version}, where=FORGOTTEN.c.version < version
    )
    await connection.execute(newer, {"id": person, "version": version})


async def kept_of(connection: AsyncConnection, person: str, *, after: str | None) -> KeptOfPerson:
    """A part of what is kept of somebody; those who were other people before they were one with them are among them."""
    ids = sorted((await known_as(connection, person)).persons)
    invited: Iterable[InvitedFor] = ()
    if after is None:
        rows = await connection.execute(
            select(INVITEE).where(INVITEE.c.person.in_(ids)).order_by(INVITEE.c.programme, INVITEE.c.party)
        )
        invited = [
            InvitedFor(programme=row.programme, party=row.party, name=row.name, email=row.address) for row in rows
        ]
    query = select(*COLUMNS).where(M.c.person.in_(ids), M.c.id > (after or ""), M.c.address != "").order_by(M.c.id)
    found = [Mail(**row._asdict()) for row in await connection.execute(query.limit(MAILS + 1))]
    mails = [
        KeptMail(
            id=it.id,
            kind=it.kind,
            programme=it.programme,
            party=it.party,
            made_on=day_of(it.made_at),
            sent_on=day_of(it.sent_at) if it.sent_at else None,
            state=it.state,
            name=it.name,
            email=it.address,
        )
        for it in found[:MAILS]
    ]
    more_after = mails[-1].id if len(found) > MAILS else None
    return KeptOfPerson(invited=tuple(invited), mails=tuple(mails), more_after=more_after)
