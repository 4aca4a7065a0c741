"""What was issued is computed anew, and whatever is not as it was issued is found: done by one who may do all in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from services.billing import tables
from services.billing.app import create
from services.billing.documents import chains
from services.billing.documents.domain.series import series_id
from services.billing.documents.domain.verification import MOST
from services.billing.documents.repository import TABLES
from services.billing.documents.use_cases.verify_documents import verify_documents
from services.billing.settings import Settings
from shared.database import Database
from tests.integration.billing.world import credit_notes, invoices, row_of_first_form, take, work
from tests.support.api import api_of
from tests.support.events import PROGRAMME, completed, ended, party, programme, signed
from tests.support.tampering import tamper

INVOICES, CREDIT_NOTES = (series_id(PROGRAMME, kind) for kind in TABLES)


@pytest.fixture
async def issued(database: Database) -> Database:
    """Five invoices, the first two of them credited."""
    people = [it for n in range(1, 6) for it in (party(n), signed(n))]
    await take(database, programme(), *people, completed(1))
    await work(database)
    for n in (1, 2):
        await take(database, ended(n, ends_on=date(2024, 9, 1)))
        await work(database)
    assert (len(await invoices(database)), len(await credit_notes(database))) == (5, 2)
    assert await found(database) == []
    return database


async def found(database: Database) -> list[tuple[Any, ...]]:
    """What verifying finds: series, code, number; and the last of several numbers, and fields, where there are some."""
    both = await verify_documents(database, PROGRAMME)
    return [
        (it.series, it.code, it.number, *([it.until] if it.until != it.number else []), *it.fields)
        for one in both
        for it in one.findings
    ]


SWAPPED = [
    "CREATE TEMPORARY TABLE kept AS SELECT number, party, content FROM invoice",
    """UPDATE invoice SET party = (SELECT party FROM kept WHERE kept.number = 7 - invoice.number),
        content = (SELECT content FROM kept WHERE kept.number = 7 - invoice.number) WHERE number IN (3, 4)""",
]
CHANGES: dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]] = {
    "an amount": (
        ["UPDATE invoice SET amount_ore = 1 WHERE number = 3"],
        [(INVOICES, "content_disagrees", 3, "amount_ore"), (INVOICES, "document_is_changed", 3)],
    ),
    "an amount, in the content too": (
        [
            "UPDATE invoice SET amount_ore = 1 WHERE number = 3",
            "UPDATE invoice SET content = replace(content, '666667', '1') WHERE number = 3",
        ],
        [(INVOICES, "document_is_changed", 3)],
    ),
    "whom it was for": (
        ["UPDATE invoice SET content = replace(content, 'ref-', 'fer-') WHERE number = 2"],
        [(INVOICES, "document_is_changed", 2)],
    ),
    "the agreement": (
        ["UPDATE invoice SET agreement = 'another' WHERE number = 5"],
        [(INVOICES, "document_is_changed", 5)],
    ),
    "the days beside the content": (
        ["UPDATE invoice SET delivered_to = '2026-01-01' WHERE number = 5"],
        [(INVOICES, "content_disagrees", 5, "delivered_to")],
    ),
    "what no version knows": (
        [
            'UPDATE invoice SET content = replace(content, \'{"version"\', \'{"colour":"blue","version"\') WHERE number = 5'
        ],
        [(INVOICES, "document_is_changed", 5)],
    ),
    "a content that is no JSON": (
        ["UPDATE invoice SET content = '{' WHERE number = 5"],
        [(INVOICES, "content_is_unreadable", 5), (INVOICES, "document_is_changed", 5)],
    ),
    "a content that is no object": (
        ["UPDATE invoice SET content = '[]' WHERE number = 5"],
        [(INVOICES, "content_is_unreadable", 5), (INVOICES, "document_is_changed", 5)],
    ),
    "a content that is said to be lost": (
        ["UPDATE invoice SET content = NULL WHERE number = 5"],
        [(INVOICES, "document_is_changed", 5)],
    ),
    "a number": (
        ["UPDATE invoice SET number = 9 WHERE number = 4"],
        [
            (INVOICES, "number_is_missing", 4),
            (INVOICES, "number_is_missing", 6, 8),
            (INVOICES, "content_disagrees", 9, "number"),
            (INVOICES, "counter_is_behind", 5),
        ],
    ),
    "two that were swapped": (
        SWAPPED,
        [
            (INVOICES, "content_disagrees", 3, "document_number", "kid", "number"),
            (INVOICES, "document_is_changed", 3),
            (INVOICES, "content_disagrees", 4, "document_number", "kid", "number"),
            (INVOICES, "document_is_changed", 4),
        ],
    ),
    "one in the middle that is gone": (
        ["DELETE FROM invoice WHERE number = 3"],
        [(INVOICES, "number_is_missing", 3)],
    ),
    "one in the middle that is gone, with its link": (
        ["DELETE FROM invoice WHERE number = 3", "DELETE FROM chain WHERE kind = 'invoice' AND number = 3"],
        [(INVOICES, "number_is_missing", 3), (INVOICES, "document_is_changed", 4)],
    ),
    "the first": (
        ["DELETE FROM credit_note WHERE number = 1"],
        [(CREDIT_NOTES, "number_is_missing", 1)],
    ),
    "the last": (
        ["DELETE FROM invoice WHERE number = 5"],
        [(INVOICES, "number_is_missing", 5)],
    ),
    "the last, with its link": (
        ["DELETE FROM invoice WHERE number = 5", "DELETE FROM chain WHERE kind = 'invoice' AND number = 5"],
        [(INVOICES, "number_is_missing", 5)],
    ),
    "the last, with its link and the counter": (
        [
            "DELETE FROM invoice WHERE number >= 4",
            "DELETE FROM chain WHERE kind = 'invoice' AND number >= 4",
            "UPDATE series SET last_number = 3 WHERE id LIKE '%/invoices'",
        ],
        [(INVOICES, "number_is_missing", 4, 5)],
    ),
    "the last, with its link, its event and not the counter": (
        [
            "DELETE FROM invoice WHERE number = 5",
            "DELETE FROM chain WHERE kind = 'invoice' AND number = 5",
            "DELETE FROM outbox WHERE position = (SELECT max(position) FROM outbox WHERE type LIKE '%.invoice.issued.%')",
        ],
        [(INVOICES, "number_is_missing", 5)],
    ),
    "all of them": (
        ["DELETE FROM credit_note", "DELETE FROM invoice", "DELETE FROM chain", "DELETE FROM series"],
        [(INVOICES, "number_is_missing", 1, 5), (CREDIT_NOTES, "number_is_missing", 1, 2)],
    ),
    "a counter": (
        ["UPDATE series SET last_number = 2 WHERE id LIKE '%/invoices'"],
        [(INVOICES, "counter_is_behind", 2)],
    ),
    "a link": (
        ["UPDATE chain SET link = replace(link, substr(link, 1, 8), 'deadbeef') WHERE kind = 'invoice' AND number = 3"],
        [
            (INVOICES, "document_is_changed", 3),
            (INVOICES, "document_is_changed", 4),
            (INVOICES, "told_otherwise", 3),
        ],
    ),
    "a link that is gone": (
        ["DELETE FROM chain WHERE kind = 'invoice' AND number IN (2, 3)"],
        [(INVOICES, "link_is_missing", 2, 3)],
    ),
    "a credit note whose invoice is gone": (
        ["DELETE FROM invoice WHERE number = 1"],
        [(INVOICES, "number_is_missing", 1), (CREDIT_NOTES, "no_such_invoice", 1)],
    ),
    "a credit note of another invoice": (
        ["UPDATE credit_note SET invoice = 3 WHERE number = 2"],
        [
            (CREDIT_NOTES, "content_disagrees", 2, "invoice"),
            (CREDIT_NOTES, "document_is_changed", 2),
            (CREDIT_NOTES, "takes_back_something_else", 2, "agreement", "party"),
        ],
    ),
    "a credit note's amount": (
        ["UPDATE credit_note SET amount_ore = 1 WHERE number = 2"],
        [
            (CREDIT_NOTES, "content_disagrees", 2, "amount_ore"),
            (CREDIT_NOTES, "document_is_changed", 2),
            (CREDIT_NOTES, "takes_back_something_else", 2, "amount_ore"),
        ],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_was_changed_is_found(issued: Database, name: str) -> None:
    statements, expected = CHANGES[name]
    await tamper(issued, *statements)
    assert await found(issued) == expected


async def test_an_invoice_that_is_credited_twice_is_found(issued: Database) -> None:
    unique = "DROP INDEX" if issued.is_sqlite else "ALTER TABLE credit_note DROP CONSTRAINT"
    if issued.is_sqlite:
        pytest.skip("a unique key of a table's own goes with the table alone")
    await tamper(issued, f"{unique} uq_credit_note_invoice", "UPDATE credit_note SET invoice = 1 WHERE number = 2")
    assert (CREDIT_NOTES, "credited_twice", 1) in await found(issued)


async def test_a_chain_that_was_computed_anew_is_not_what_was_told(issued: Database) -> None:
    """By one who knows how, and has forgotten the events. These stand in the streams too, which he cannot reach."""
    await tamper(
        issued,
        "UPDATE invoice SET content = replace(content, 'ref-', 'fer-') WHERE number = 2",
        "DELETE FROM chain WHERE kind = 'invoice' AND number >= 2",
    )
    await chain_what_has_none(issued)
    assert await found(issued) == [(INVOICES, "told_otherwise", n) for n in (2, 3, 4, 5)]


async def chain_what_has_none(database: Database) -> None:
    await take(database, party(6), signed(6))
    await work(database)
    async with database.transaction() as connection:
        assert len(await chains.links(connection, PROGRAMME, "invoice", range(1, 7))) == 6


async def test_a_document_that_the_version_before_issued_gets_its_link_from_who_issues_next(issued: Database) -> None:
    """Which knows no links, and goes on beside this one while services are replaced."""
    async with issued.transaction() as connection:
        for number in (6, 7):
            row = row_of_first_form(number, agreement=f"of-before-{number}", kid=f"{number}")
            said = json.loads(row["content"]) | {"number": number, "kid": f"{number}"}
            await connection.execute(insert(tables.invoice), row | {"content": json.dumps(said)})
        await connection.execute(tables.series.update().where(tables.series.c.id == INVOICES).values(last_number=7))
    assert await found(issued) == []
    (of_invoices, _) = await verify_documents(issued, PROGRAMME)
    assert (of_invoices.count, of_invoices.last, of_invoices.not_linked) == (7, 7, 2)
    before = await links(issued)
    await take(issued, party(8), signed(8))
    await work(issued)
    assert await found(issued) == []
    (of_invoices, _) = await verify_documents(issued, PROGRAMME)
    assert (of_invoices.count, of_invoices.not_linked) == (8, 0)
    after = await links(issued)
    assert list(after)[:5] == list(before)
    assert len(after) == 8
    await tamper(issued, "UPDATE invoice SET amount_ore = 1 WHERE number = 6")
    assert (INVOICES, "document_is_changed", 6) in await found(issued)


async def links(database: Database) -> dict[int, str]:
    c = tables.chain.c
    async with database.reading() as connection:
        query = select(c.number, c.link).where(c.kind == "invoice").order_by(c.number)
        return {row.number: row.link for row in await connection.execute(query)}


async def test_a_long_series_is_read_in_slices_and_its_findings_are_counted(
    issued: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "SLICE", 2)
    assert await found(issued) == []
    await tamper(issued, "UPDATE invoice SET agreement = 'x' || number WHERE number > 2")
    assert await found(issued) == [(INVOICES, "document_is_changed", n) for n in (3, 4, 5)]


async def test_it_is_asked_for_over_the_api(issued: Database, tmp_path: Path) -> None:
    path = f"/billing/programmes/{PROGRAMME}/verification"
    async with api_of(create, Settings, issued, tmp_path) as api:
        answer = await api.get(path)
        (last,) = [link for number, link in (await links(issued)).items() if number == 5]
        assert (answer["holds"], answer["findings"], answer["more"]) == (True, [], 0)
        assert answer["series"][0] == {
            "series": INVOICES,
            "count": 5,
            "first": 1,
            "last": 5,
            "link": last,
            "contents_lost": 0,
            "not_linked": 0,
        }
        assert [it["count"] for it in answer["series"]] == [5, 2]
        found = (await api.get("/billing/series"))["items"]
        assert [(it["programme"], it["kind"], it["last_number"]) for it in found] == [
            (PROGRAMME, "credit_note", 2),
            (PROGRAMME, "invoice", 5),
        ]
        page = await api.get("/billing/series", limit=1)
        assert (await api.get("/billing/series", after=page["next"]))["items"] == found[1:]
        await api.refused(404, "/billing/programmes/another/verification", method="GET")
    await tamper(issued, "DELETE FROM series", "UPDATE invoice SET amount_ore = 1 WHERE number = 2")
    async with api_of(create, Settings, issued, tmp_path / "again") as api:
        answer = await api.get(path)
        assert not answer["holds"]
        assert {"series": INVOICES, "code": "document_is_changed", "number": 2, "until": 2, "fields": []} in answer[
            "findings"
        ]
        assert [it["ordinal"] for it in (await api.get("/billing/series"))["items"]] == [None, None]


async def test_of_more_than_it_keeps_it_says_how_many(issued: Database) -> None:
    (of_invoices, _) = await verify_documents(issued, PROGRAMME)
    for _ in range(MOST + 3):
        of_invoices.find("document_is_changed", 1)
    assert (len(of_invoices.findings), of_invoices.more) == (MOST, 3)
