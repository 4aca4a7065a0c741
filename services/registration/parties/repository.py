"""Parties."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.parties.domain.party import Party
from services.registration.rows import fields, keep_others_from_adding
from shared.errors import NotFound
from shared.messaging.facts import Newest, record
from shared.messaging.missing import Missing

p = tables.party.c


async def find(connection: AsyncConnection, organisation_number: str, *, lock: bool = False) -> Party | None:
    """A party, be it deleted or not."""
    query = select(tables.party).where(p.organisation_number == organisation_number)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return Party(**fields(row)) if row else None


async def get(connection: AsyncConnection, organisation_number: str, *, lock: bool = False) -> Party:
    """A party, locked until the end of the transaction if asked for. Raises NotFound."""
    found = await find(connection, organisation_number, lock=lock)
    if found is None or found.deleted:
        msg = "there is no party with this organisation number"
        raise NotFound(msg, code="no_such_party", rule="R1", field="party")
    return found


async def names(connection: AsyncConnection, numbers: Iterable[str]) -> dict[str, str]:
    """What the parties of these organisation numbers are called."""
    query = select(p.organisation_number, p.name).where(p.organisation_number.in_(sorted(numbers)))
    return {row.organisation_number: row.name for row in await connection.execute(query)}


async def all_after(connection: AsyncConnection, after: str | None, limit: int) -> list[Party]:
    """Parties by organisation number; one more than `limit`, which shows whether there is a next page."""
    number = p.organisation_number
    query = select(tables.party).where(number > (after or ""), ~p.deleted).order_by(number).limit(limit + 1)
    return [Party(**fields(row)) for row in await connection.execute(query)]


async def lock_those_written_to_at(connection: AsyncConnection, email: str | None) -> list[str]:
    """The organisation numbers of those whose mails about invoices go to an address; locked until the end of the transaction."""
    query = select(p.organisation_number).where(p.invoice_email == email).order_by(p.organisation_number)
    return list((await connection.execute(query.with_for_update())).scalars()) if email else []


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Parties whose address for invoices is lost."""
    numbers = (await connection.execute(select(p.organisation_number).where(p.invoice_email_is_lost))).scalars()
    return [Missing(entity="party", id=it, party=it, fields=("invoice_email",)) for it in numbers]


async def lock_for_adding(connection: AsyncConnection) -> None:
    """Have nobody else register or change a party until the end of the transaction."""
    await keep_others_from_adding(connection, tables.party)


async def add(connection: AsyncConnection, it: Party, *, by: str) -> None:
    await connection.execute(tables.party.insert(), vars(it) | {"changed_by": by})


async def adopt(connection: AsyncConnection, it: Party, *, by: str) -> None:
    """Unless it is known as new or newer."""
    await record(connection, [Newest(tables.party, **vars(it), changed_by=by)])


async def save(connection: AsyncConnection, it: Party, *, by: str) -> None:
    update = tables.party.update().where(p.organisation_number == it.organisation_number)
    await connection.execute(update.values(**vars(it), changed_by=by))
