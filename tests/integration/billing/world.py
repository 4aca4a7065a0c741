"""Billing as it runs, without a broker: facts are recorded as the kernel does, and the worker is run by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, func, select

from services.billing import marks, tables
from services.billing.consumers import consumers
from services.billing.documents import repository as documents
from services.billing.documents.domain.books import Books, apart_from_credited_attempts, books
from services.billing.documents.domain.content import BilledParty
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.use_cases.issue_invoices import Seller
from services.billing.instalments.use_cases.issue_what_is_due import issue_all_that_is_due
from shared.contracts import catalogue
from shared.contracts.envelope import Event
from shared.database import Database
from shared.messaging.facts import record
from shared.messaging.tables import outbox
from tests.support.facts import facts_of
from tests.unit.billing.news import PROGRAMME

SELLER = Seller(
    party=BilledParty(
        name="Norsk kulturskoleråd",
        organisation_number="312345676",
        street="Eksempelgata 1",
        postal_code="7010",
        city="Trondheim",
    ),
    account="12345678903",
    no_vat_because="Ikke merverdiavgiftspliktig",
)
AMOUNTS = {1: 666_667, 2: 666_667, 3: 666_666}


async def take(database: Database, *events: Event[Any]) -> None:
    """What the kernel does with a batch, but for the inbox."""
    async with database.transaction() as connection:
        await record(connection, facts_of(consumers, *events))


async def work(database: Database) -> None:
    await issue_all_that_is_due(database, SELLER)


async def invoices(database: Database, programme: str = PROGRAMME) -> list[Invoice]:
    async with database.reading() as connection:
        return await documents.invoices(connection, programme, after=0, limit=100_000)


async def credit_notes(database: Database, programme: str = PROGRAMME) -> list[CreditNote]:
    async with database.reading() as connection:
        return await documents.credit_notes(connection, programme, after=0, limit=100_000)


async def the_books(database: Database, programme: str = PROGRAMME) -> Books:
    async with database.reading() as connection:
        return books(
            await documents.parties(connection, programme),
            await documents.booked_invoices(connection, programme),
            await documents.booked_credit_notes(connection, programme),
        )


async def standing(database: Database, programme: str = PROGRAMME) -> dict[tuple[str, int], int]:
    """By party and instalment, what is invoiced and not credited, in øre; and that all adds up and was told."""
    found = await the_books(database, programme)
    assert all(series["unbroken"] for series in found["series"].values())
    assert found["credit_notes_pair_with_invoices"]
    assert found["credit_notes_name_their_event"]
    net = {
        (party, int(n)): it["net_ore"]
        for party, instalments in apart_from_credited_attempts(found)["parties"].items()
        for n, it in instalments.items()
        if it["net_ore"]
    }
    uncredited = [it for it in await invoices(database, programme) if it.credited_by is None]
    assert {(it.party, it.instalment): it.amount_ore for it in uncredited} == net
    assert len(uncredited) == len(net)
    return net


async def told(database: Database) -> list[Event[Any]]:
    """What is in the outbox, in order, as a consumer would read it."""
    query = select(outbox.c.body, outbox.c.subject).order_by(outbox.c.position)
    async with database.reading() as connection:
        return [catalogue.read(row.body.encode(), row.subject) for row in await connection.execute(query)]


async def check_everything_was_told_once(database: Database) -> None:
    issued = await count(database, tables.invoice) + await count(database, tables.credit_note)
    assert len([event for event in await told(database) if "issued" in event.type]) == issued


async def count(database: Database, table: Table, *where: Any) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one()


async def marks_left(database: Database) -> int:
    async with database.reading() as connection:
        return await marks.count(connection)
