"""Invoices and credit notes never change once they are issued; the database itself refuses it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import capture_logs

from services.billing import tables
from services.billing.documents import repository as documents
from services.billing.documents.domain.series import series_id
from services.billing.documents.use_cases.show_document import show_document
from shared.contracts.questions import WhatDocument
from shared.database import Database
from shared.messaging import set_aside
from tests.integration.billing.world import aside, invoices, row_of_first_form, take, work
from tests.support.databases import MakeDatabase, count
from tests.support.events import (
    PROGRAMME,
    completed,
    completion_revoked,
    ended,
    party,
    programme,
    signed,
)

ISSUED = {"invoice": tables.invoice, "credit_note": tables.credit_note}


@pytest.fixture
async def issued(database: Database) -> Database:
    """An invoice and its credit note."""
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    await take(database, ended(1, ends_on=date(2024, 9, 1)))
    await work(database)
    return database


@pytest.mark.parametrize("name", ISSUED)
async def test_what_is_issued_is_not_changed(issued: Database, name: str) -> None:
    for values in ({"amount_ore": 1}, {"content": "{}"}, {"party": "999999999"}):
        with pytest.raises(DBAPIError, match="never changed once it is issued"):
            async with issued.transaction() as connection:
                await connection.execute(update(ISSUED[name]).values(values))


@pytest.mark.parametrize("name", ISSUED)
async def test_what_is_issued_is_not_deleted(issued: Database, name: str) -> None:
    with pytest.raises(DBAPIError, match="never changed once it is issued"):
        async with issued.transaction() as connection:
            await connection.execute(delete(ISSUED[name]))
    assert await count(issued, ISSUED[name]) == 1


async def test_postgresql_does_not_empty_the_table_either(issued: Database) -> None:
    if issued.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="never changed once it is issued"):
        async with issued.transaction() as connection:
            await connection.execute(text("TRUNCATE credit_note"))


UNIQUE = {
    "invoice": [("programme", "number"), ("agreement", "instalment", "attempt"), ("kid",), ("document_number",)],
    "credit_note": [("programme", "number"), ("programme", "invoice"), ("document_number",)],
}
OTHERWISE: dict[str, Any] = {
    "programme": "another",
    "number": 9,
    "agreement": "another",
    "kid": "9",
    "document_number": "FK9-9",
    "invoice": 9,
}


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in UNIQUE.items() for key in keys])
async def test_what_is_issued_is_not_replaced(issued: Database, name: str, key: tuple[str, ...]) -> None:
    """SQLite's INSERT OR REPLACE deletes what has the same key, and fires no trigger that refuses deleting."""
    table = ISSUED[name]
    (before,) = await rows(issued, table)
    other = {column: value for column, value in OTHERWISE.items() if column in before and column not in key}
    row = before | other | {"amount_ore": 1}
    replacing = insert(table).prefix_with("OR REPLACE", dialect="sqlite")
    with pytest.raises(
        DBAPIError, match="never changed once it is issued" if issued.is_sqlite else "unique constraint"
    ):
        async with issued.transaction() as connection:
            await connection.execute(replacing, row)
    assert await rows(issued, table) == [before]


async def test_a_series_is_neither_deleted_renamed_nor_replaced(issued: Database) -> None:
    series = tables.series
    before = await rows(issued, series)
    replacing = insert(series).prefix_with("OR REPLACE", dialect="sqlite")
    for change in (
        delete(series),
        update(series).values(id="another/invoices").where(series.c.ordinal == before[0]["ordinal"]),
        update(series).values(ordinal=series.c.ordinal + 100),
        replacing.values(id=before[0]["id"], last_number=0),
        replacing.values(id="another/invoices", ordinal=before[0]["ordinal"], last_number=0),
    ):
        with pytest.raises(DBAPIError, match="series"):
            async with issued.transaction() as connection:
                await connection.execute(change)
    assert await rows(issued, series) == before


@pytest.mark.parametrize("number", [-1, 0, 2, 40])
async def test_a_series_counts_what_is_issued_and_nothing_else(issued: Database, number: int) -> None:
    before = await rows(issued, tables.series)
    with pytest.raises(DBAPIError, match="counts"):
        await set_counters(issued, number)
    assert await rows(issued, tables.series) == before


async def test_a_new_series_counts_nothing_that_is_not_issued(issued: Database) -> None:
    for ending in ("invoices", "credit-notes"):
        with pytest.raises(DBAPIError, match="counts"):
            async with issued.transaction() as connection:
                await connection.execute(insert(tables.series), {"id": f"another/{ending}", "last_number": 1})


async def test_nothing_is_issued_while_a_counter_stands_too_high(sqlite_database: MakeDatabase) -> None:
    """It was raised before the database refused that, as PostgreSQL always did. It is put right by hand."""
    billing = await sqlite_database("billing")
    await take(billing, programme(), party(1), party(2), signed(1), completed(1))
    await work(billing)
    async with billing.transaction() as connection:
        refuses = await connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'series_refuses_raise'"))
        await connection.execute(text("DROP TRIGGER series_refuses_raise"))
        await connection.execute(update(tables.series).values(last_number=40))
        await connection.execute(text(refuses))
    await take(billing, signed(2))
    with capture_logs() as logs:
        await work(billing)
    assert ["counts 40, and its last document is number 1" in str(it["exc_info"]) for it in logs] == [True]
    assert await aside(billing) == {set_aside.ALL: "ValueError"}
    assert [it.number for it in await invoices(billing)] == [1]
    async with billing.transaction() as connection:
        invoices_series = tables.series.c.id == series_id(PROGRAMME, "invoice")
        await connection.execute(update(tables.series).where(invoices_series).values(last_number=1))
    await work(billing)
    assert [it.number for it in await invoices(billing)] == [1, 2]


async def set_counters(database: Database, number: int) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(tables.series).values(last_number=number))


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_an_instalment_has_one_invoice_an_attempt_and_an_invoice_one_credit_note(issued: Database) -> None:
    """The keys that stand behind the inbox."""
    for table, fresh in ((tables.invoice, {"number": 2, "kid": "1"}), (tables.credit_note, {"number": 2})):
        async with issued.reading() as connection:
            row = dict((await connection.execute(select(table))).mappings().one())
        with pytest.raises(IntegrityError):
            async with issued.transaction() as connection:
                await connection.execute(insert(table), row | fresh)


async def test_an_invoice_of_the_first_form_is_shown_and_can_be_credited(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    async with database.transaction() as connection:
        await connection.execute(insert(tables.invoice), row_of_first_form())
        await documents.add_series(connection, PROGRAMME)
    await take(database, completion_revoked(1))
    await work(database)
    invoice, note = [
        await show_document(database, WhatDocument(kind=kind, series=series_id(PROGRAMME, kind), number=1))
        for kind in documents.TABLES
    ]
    assert (invoice.kid, invoice.credits_invoice) == ("0010000017", None)
    assert (note.kid, note.credits_invoice, note.reason) == (None, 1, "completion_revoked")
    assert (note.delivered, note.buyer, note.amount_ore) == (invoice.delivered, invoice.buyer, invoice.amount_ore)


async def test_an_invoice_of_before_stands_on_the_days_that_its_content_says(database: Database) -> None:
    """Beside it they are kept only since."""
    await take(database, programme(), party(1), signed(1), completed(1))
    async with database.transaction() as connection:
        await connection.execute(insert(tables.invoice), row_of_first_form())
        await documents.add_series(connection, PROGRAMME)
    await work(database)
    (invoice,) = await invoices(database)
    assert (invoice.delivered_from, invoice.delivered_to) == (date(2024, 9, 24), date(2024, 9, 25))
    await take(database, completed(1, version=4, last_day=date(2024, 10, 2)))
    await work(database)
    first, second = await invoices(database)
    assert (first.credited_by, second.delivered_to) == (1, date(2024, 10, 2))
