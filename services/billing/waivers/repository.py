"""Waivers, which are ours, and the agreements that they are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.occasions.repository import party_name
from services.billing.waivers.domain.waiver import Waiver
from shared.database import read_as
from shared.errors import NotFound
from shared.messaging.facts import Newest, record

COLUMNS = [tables.waiver.c[name] for name in Waiver.__dataclass_fields__]
NAMED = select(*COLUMNS, party_name(tables.waiver.c.party))


@dataclass(frozen=True, kw_only=True)
class NamedWaiver(Waiver):
    party_name: str | None  # none where it is not known here yet


class WhoseAgreement(NamedTuple):
    programme: str
    party: str


async def whose(connection: AsyncConnection, agreement: str) -> WhoseAgreement:
    """The programme and the party of an agreement. Raises NotFound for one that is not known yet."""
    a = tables.agreement.c
    row = (await connection.execute(select(a.programme, a.party).where(a.id == agreement))).first()
    if row is None:
        msg = "this agreement is not known here yet"
        raise NotFound(msg, code="agreement_is_not_known", field="agreement")
    return WhoseAgreement(row.programme, row.party)


async def standing(connection: AsyncConnection, programme: str) -> Mapping[str, Mapping[int, Waiver]]:
    """A programme's waivers that are not withdrawn, by agreement and instalment."""
    w = tables.waiver.c
    query = select(*COLUMNS).where(w.programme == programme, ~w.withdrawn)
    found: dict[str, dict[int, Waiver]] = defaultdict(dict)
    for waiver in read_as(Waiver, await connection.execute(query)):
        found[waiver.agreement][waiver.instalment] = waiver
    return found


async def standing_waiver(connection: AsyncConnection, agreement: str, instalment: int) -> Waiver | None:
    """The one of an agreement's instalment that is not withdrawn, if there is one."""
    w = tables.waiver.c
    query = select(*COLUMNS).where(w.agreement == agreement, w.instalment == instalment, ~w.withdrawn)
    return next(iter(read_as(Waiver, await connection.execute(query))), None)


async def of_programme(
    connection: AsyncConnection, programme: str, *, party: str | None = None, after: str | None, limit: int
) -> list[NamedWaiver]:
    """The programme's waivers in the order they were made, withdrawn ones too; those of a party, where one is said."""
    w = tables.waiver.c
    query = NAMED.where(w.programme == programme, w.id > (after or "")).order_by(w.id).limit(limit)
    if party is not None:
        query = query.where(w.party == party)
    return read_as(NamedWaiver, await connection.execute(query))


async def named(connection: AsyncConnection, waiver: Waiver) -> NamedWaiver:
    """A waiver as it is now, with its party's name."""
    (found,) = read_as(NamedWaiver, await connection.execute(NAMED.where(tables.waiver.c.id == waiver.id)))
    return found


async def waiver(connection: AsyncConnection, id: str) -> Waiver:
    """A waiver, locked until the end of the transaction. Raises NotFound."""
    query = select(*COLUMNS).where(tables.waiver.c.id == id).with_for_update()
    found = read_as(Waiver, await connection.execute(query))
    if not found:
        msg = "there is no such waiver"
        raise NotFound(msg, code="no_such_waiver", field="id")
    return found[0]


async def add(connection: AsyncConnection, waiver: Waiver, *, by: str) -> None:
    await connection.execute(tables.waiver.insert(), {**vars(waiver), "changed_by": by})


async def change(connection: AsyncConnection, waiver: Waiver, *, by: str) -> None:
    changed = update(tables.waiver).where(tables.waiver.c.id == waiver.id)
    await connection.execute(changed.values(vars(waiver) | {"changed_by": by}))


async def adopt(connection: AsyncConnection, waiver: Waiver, *, by: str) -> None:
    """Unless it is known as new or newer."""
    await record(connection, [Newest(tables.waiver, **vars(waiver), changed_by=by)])
