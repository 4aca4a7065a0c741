"""Invoices and credit notes never change once they are issued; the database itself refuses it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.billing import tables
from services.billing.documents import repository as documents
from services.billing.documents.domain.series import series_id
from services.billing.documents.use_cases.show_document import show_document
from shared.contracts.questions import WhatDocument
from shared.database import Database
from tests.integration.billing.world import take, work
from tests.support.databases import count
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    completed,
    completion_revoked,
    ended,
    organisation_number,
    party,
    programme,
    session_id,
    signed,
)
from tests.unit.billing.documents.test_content import FIRST_FORM

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


async def test_an_invoice_of_the_first_form_is_shown_and_can_be_credited(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    async with database.transaction() as connection:
        await documents.add_series(connection, PROGRAMME)
        await documents.take_numbers(connection, PROGRAMME, "invoice", 1)
        row = {
            "programme": PROGRAMME,
            "number": 1,
            "agreement": agreement_id(1),
            "party": organisation_number(1),
            "instalment": 1,
            "attempt": 1,
            "session": session_id(1),
            "amount_ore": 666_667,
            "issued_on": date(2025, 12, 1),
            "due_on": date(2025, 12, 31),
            "kid": "0010000017",
            "content": FIRST_FORM,
        }
        await connection.execute(insert(tables.invoice), row)
    await take(database, completion_revoked(1))
    await work(database)
    invoice, note = [
        await show_document(database, WhatDocument(kind=kind, series=series_id(PROGRAMME, kind), number=1))
        for kind in documents.TABLES
    ]
    assert (invoice.kid, invoice.credits_invoice) == ("0010000017", None)
    assert (note.kid, note.credits_invoice, note.reason) == (None, 1, "completion_revoked")
    assert (note.delivered, note.buyer, note.amount_ore) == (invoice.delivered, invoice.buyer, invoice.amount_ore)
