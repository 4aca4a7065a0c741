"""Invoices and credit notes never change once they are issued; the database itself refuses it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.billing import tables
from shared.database import Database
from tests.integration.billing.world import take, work
from tests.support.databases import count
from tests.support.events import completed, ended, party, programme, signed

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


async def test_an_instalment_has_one_invoice_an_attempt_and_an_invoice_one_credit_note(issued: Database) -> None:
    """The keys that stand behind the inbox."""
    for table, fresh in ((tables.invoice, {"number": 2, "kid": "1"}), (tables.credit_note, {"number": 2})):
        async with issued.reading() as connection:
            row = dict((await connection.execute(select(table))).mappings().one())
        with pytest.raises(IntegrityError):
            async with issued.transaction() as connection:
                await connection.execute(insert(table), row | fresh)
