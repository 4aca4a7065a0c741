"""Exchange contact lists: those that are due by themselves, or those that somebody asks for (R7, A8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.contact_lists import repository as contact_lists
from services.registration.contact_lists import telling
from services.registration.contact_lists.domain.contact_list import (
    asked_for,
    exchanged,
    lacking,
    stage_on,
)
from services.registration.contact_lists.repository import Listed
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import Programme
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox

BY = "registration"


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """How many lists were exchanged now, and how many stand as they were exchanged today before."""

    exchanged: int
    unchanged: int


async def exchange_contact_lists(database: Database, programme: str, party: str | None = None, *, by: str) -> Exchanged:
    """Exchange that of a party that takes part, or those of all whose agreement was sent and stands.

    The same again on the same day changes nothing, unless group or programme has changed. Raises NotFound, or Conflict for a
    party that is not accepted.
    """
    async with database.transaction() as connection:
        opened, today = await programmes.get(connection, programme, lock=True), await clock.today(connection)
        if party is not None:
            await parties.get(connection, party)
            check_accepted(await applications.find(connection, programme, party))
        found = await contact_lists.of_programme(connection, programme, party=party)
        if party is None:
            standing = await contact_lists.standing_agreements(connection, programme, today)
            found = [it for it in found if it.list.party in standing]
        sent = await _exchange(connection, opened, found, today, by=by)
    return Exchanged(exchanged=sent, unchanged=len(found) - sent)


async def exchange_what_is_due(database: Database) -> None:
    """As days pass, ask for what is missing and exchange what is due; a programme a transaction."""
    async with database.reading() as connection:
        codes = await _programmes(connection)
    for code in sorted(codes):
        async with database.transaction() as connection:
            await _do_what_is_due(connection, code)


async def count_what_is_due(database: Database) -> int:
    """How many lists and programmes are to be seen to, since a day has come or an agreement was sent."""
    async with database.reading() as connection:
        today = await clock.today(connection)
        at_a_stage = await contact_lists.programmes_at_a_stage(connection, today)
        return len(at_a_stage) + len(await contact_lists.due(connection, today))


async def _programmes(connection: AsyncConnection) -> set[str]:
    today = await clock.today(connection)
    due = {programme for programme, _ in await contact_lists.due(connection, today)}
    return due | {*await contact_lists.programmes_at_a_stage(connection, today)}


async def _do_what_is_due(connection: AsyncConnection, code: str) -> None:
    opened, today = await programmes.get(connection, code, lock=True), await clock.today(connection)
    found = await contact_lists.of_programme(connection, code)
    stage = stage_on(opened.period_start, today)
    if stage is not None and await contact_lists.programmes_at_a_stage(connection, today, code):
        await _ask_for_what_is_missing(connection, opened, found, stage)
        await contact_lists.note_done(connection, code, stage, on=today)
        found = await contact_lists.of_programme(connection, code)
    due = {party for _, party in await contact_lists.due(connection, today, code)}
    await _exchange(connection, opened, [it for it in found if it.list.party in due], today, by=BY)


async def _ask_for_what_is_missing(
    connection: AsyncConnection, programme: Programme, found: Collection[Listed], stage: int
) -> None:
    new = [asked_for(it.list, stage) for it in found if lacking(it.group.group, programme.contact_person)]
    await contact_lists.save(connection, new, by=BY)
    told = [telling.contact_list(it) for it in new]
    await outbox.add(connection, events.CONTACT_LIST_MISSING, told, at=await clock.now(connection))


async def _exchange(
    connection: AsyncConnection, programme: Programme, found: Collection[Listed], today: date, *, by: str
) -> int:
    new = []
    for it in found:
        group = it.group.group
        complete = not lacking(group, programme.contact_person)
        after = exchanged(it.list, complete=complete, of=(group.version, programme.version), today=today)
        if after != it.list:
            new.append(after)
    await contact_lists.save(connection, new, by=by)
    told = [telling.contact_list(it) for it in new]
    await outbox.add(connection, events.CONTACT_LIST_EXCHANGED, told, at=await clock.now(connection))
    return len(new)
