"""Offers of a place, and what became of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.applications.domain.offer import Offer, Outcome

o = tables.offer.c
COLUMNS = tuple(o[name] for name in Offer.__dataclass_fields__)


async def of(connection: AsyncConnection, applications: Collection[str]) -> dict[str, list[Offer]]:
    """The offers of these applications, in the order in which they were made."""
    query = select(o.application, *COLUMNS).where(o.application.in_(sorted(applications))).order_by(o.number)
    found: dict[str, list[Offer]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.application].append(Offer(**{name: getattr(row, name) for name in Offer.__dataclass_fields__}))
    return found


async def last(connection: AsyncConnection, application: str) -> Offer | None:
    return next(reversed((await of(connection, [application]))[application]), None)


async def add(connection: AsyncConnection, application: str, it: Offer, *, by: str) -> None:
    await connection.execute(tables.offer.insert(), vars(it) | {"application": application, "changed_by": by})


async def end(connection: AsyncConnection, application: str, outcome: Outcome, *, on: date, by: str) -> None:
    """Say what became of the offer that stands, where one does."""
    statement = tables.offer.update().where(o.application == application, o.outcome.is_(None))
    await connection.execute(statement.values(outcome=outcome, ended_on=on, changed_by=by))
