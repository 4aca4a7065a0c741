"""Each document has a link in the chain over its series, which its event tells; what was issued before has got one."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Executable, insert, select, text
from sqlalchemy.exc import DBAPIError

from services.billing import tables
from services.billing.documents import chains
from services.billing.documents import repository as documents
from services.billing.documents.domain.chain import link
from services.billing.documents.domain.series import Kind
from services.billing.documents.use_cases.verify_documents import verify_documents
from shared import migrations
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.database import Database
from tests.integration.billing.world import (
    as_told_by_0_2,
    credit_notes,
    invoices,
    row_of_first_form,
    take,
    what_does_not_stand,
    work,
)
from tests.support.databases import MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import PROGRAMME, completed, completion_revoked, party, programme, signed
from tests.support.facts import events_of
from tests.unit.billing.documents.test_content import FIRST_FORM, SECOND_FORM

LATER = datetime(2025, 10, 1, 12, tzinfo=UTC)
ISSUED = (events.INVOICE_ISSUED, events.CREDIT_NOTE_ISSUED)


async def links(database: Database) -> dict[tuple[str, str, int], str]:
    async with database.reading() as connection:
        rows = await connection.execute(select(tables.chain).order_by("programme", "kind", "number"))
        return {(row.programme, row.kind, row.number): row.link for row in rows}


async def test_whoever_has_the_events_alone_computes_the_same_links(database: Database) -> None:
    """As docs/architecture/billing.md says it, with nothing of ours."""
    await set_clock(database, LATER)
    await take(database, programme(), *(it for n in range(1, 4) for it in (party(n, name=f"Š “{n}”"), signed(n))))
    await take(database, completed(1))
    await work(database)
    await take(database, completion_revoked(1))
    await work(database)
    before: dict[str, str | None] = {}
    for event in await events_of(database):
        told = json.loads(event.model_dump_json(exclude_none=True))["data"]
        stands, series = told.pop("link"), told["series"]
        del told["version"], told["delivery_is_told"]
        chained = {"document": told, "form": 1} | ({"previous": before[series]} if series in before else {})
        if told["content"]["in_foretaksregisteret"] is False:
            del told["content"]["in_foretaksregisteret"]
        canonical = json.dumps(chained, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        before[series] = hashlib.sha256(canonical.encode()).hexdigest()
        assert stands == before[series]
    assert len(await links(database)) == 6


async def upgrade(database: Database, service: str | None, revision: str) -> None:
    config = migrations.config_of(service)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)


def rows_of_before() -> list[dict[str, Any]]:
    """Invoices of both forms, one whose content is lost, and one of another programme; more than are read at a time."""
    found = []
    for number in range(1, 1_205):
        said = json.loads(FIRST_FORM) | {"number": number, "kid": f"{number}"}
        if number == 7:
            form = json.loads(SECOND_FORM) | {"kind": "invoice", "credits_invoice": None, "reason": None}
            said |= form | {"number": 7, "buyer": form["buyer"] | {"name": 'Kárášjoga "gielda"\\ \u00ad'}}
        content = None if number == 9 else json.dumps(said, ensure_ascii=number % 2 == 0)
        changes: dict[str, Any] = {"amount_ore": 0} if number == 3 else {}
        changes |= {
            "content": content,
            "agreement": f"a{number}",
            "document_number": f"FK1-{number}" if number > 6 else None,
        }
        found.append(row_of_first_form(number, kid=f"{number}", **changes))
    return [*found, row_of_first_form(1, programme="neste", kid="0", agreement="another", document_number=None)]


def note_of_before() -> dict[str, Any]:
    note = row_of_first_form(1) | {"invoice": 1, "reason": "agreement_ended", "because": "e", "content": SECOND_FORM}
    return {name: value for name, value in note.items() if name not in ("kid", "due_on")}


async def test_what_was_issued_before_is_chained_as_it_is_chained_since(make_database: MakeDatabase) -> None:
    database = await make_database()
    await upgrade(database, None, "kernel@head")
    await upgrade(database, "billing", "billing_0015")
    async with database.transaction() as connection:
        await connection.execute(insert(tables.invoice), rows_of_before())
        await connection.execute(insert(tables.credit_note), [note_of_before()])
    await upgrade(database, "billing", "billing_0016")
    expected: dict[tuple[str, str, int], str] = {}
    for kind, rows in (("credit_note", [note_of_before()]), ("invoice", rows_of_before())):
        before: str | None = None
        for row in rows:
            content = json.loads(row["content"]) if row["content"] else None
            before = link(None if row["number"] == 1 else before, of(kind), row, content)
            expected[row["programme"], kind, row["number"]] = before
    assert await links(database) == expected


def of(kind: str) -> Kind:
    return "invoice" if kind == "invoice" else "credit_note"


async def test_no_link_is_changed_deleted_or_replaced(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    before = await links(database)
    (key,) = before
    row = {**dict(zip(("programme", "kind", "number"), key, strict=True)), "link": "0" * 64}
    changes: list[Executable] = [
        text("UPDATE chain SET link = ''"),
        text("DELETE FROM chain"),
        insert(tables.chain).values(row).prefix_with("OR REPLACE", dialect="sqlite"),
        *([] if database.is_sqlite else [text("TRUNCATE chain")]),
    ]
    for change in changes:
        with pytest.raises(DBAPIError, match=r"chain is never changed|unique constraint"):
            async with database.transaction() as connection:
                await connection.execute(change)
    assert await links(database) == before


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("billing")


async def told_anew(drill: Drill, *told: Event[Any]) -> None:
    """This alone is in billing's stream."""
    client = await drill.nats.client()
    await client.jsm().delete_stream("BILLING")
    await client.close()
    await drill.provision()
    await drill.publish(*told)


async def issued(drill: Drill, database: Database) -> list[Event[Any]]:
    """Four invoices, all credited, and four more."""
    await set_clock(database, LATER)
    await drill.publish(programme(), *(it for n in range(1, 5) for it in (party(n), signed(n))), completed(1))
    async with drill.running(database):
        pass
    await drill.publish(completion_revoked(1))
    async with drill.running(database):
        pass
    await drill.publish(completed(1, version=4))
    async with drill.running(database):
        pass
    return await events_of(database)


def number_of(event: Event[Any]) -> tuple[bool, int]:
    return event.type == events.INVOICE_ISSUED.type, event.data.number


async def test_where_a_content_is_lost_the_chain_goes_on_from_the_link_that_is_told_next(
    drill: Drill, make_database: MakeDatabase
) -> None:
    """The first two were told by 0.2.0, whose events carry none; so was the fifth, while both versions ran."""
    told = await issued(drill, await make_database("billing"))
    lost = [(True, 1), (True, 2), (True, 5), (False, 1)]
    await told_anew(drill, *(as_told_by_0_2(it) if number_of(it) in lost else it for it in told))
    empty = await make_database("billing")
    assert (await drill.recover(empty)).invalid == []
    known = {(it.data.series, it.data.number): it.data.link for it in told if number_of(it) not in lost}
    found = {
        (f"{p}/{'invoices' if k == 'invoice' else 'credit-notes'}", n): it
        for (p, k, n), it in (await links(empty)).items()
    }
    assert found == known
    of_invoices, of_notes = await verify_documents(empty, PROGRAMME)
    assert (of_invoices.findings, of_notes.findings) == ([], [])
    assert (of_invoices.count, of_invoices.contents_lost, of_invoices.not_linked) == (8, 3, 0)
    async with drill.running(empty) as api:
        await api.post(f"/billing/programmes/{PROGRAMME}/invoices/8/credit-note", {"reason": "mistake"})
    assert await what_does_not_stand(empty) == []


async def test_what_is_all_lost_gets_its_links_from_who_issues_next(drill: Drill, make_database: MakeDatabase) -> None:
    told = await issued(drill, await make_database("billing"))
    await told_anew(drill, *map(as_told_by_0_2, told))
    empty = await make_database("billing")
    assert (await drill.recover(empty)).invalid == []
    assert await links(empty) == {}
    of_invoices, _ = await verify_documents(empty, PROGRAMME)
    assert (of_invoices.contents_lost, of_invoices.not_linked) == (8, 8)
    await drill.publish(completion_revoked(1, version=5))
    async with drill.running(empty):
        pass
    assert await what_does_not_stand(empty) == []
    again = await make_database("billing")
    assert (await drill.recover(again)).invalid == []
    assert {it: link for it, link in (await links(empty)).items() if it[1] == "credit_note"} == await links(again)


async def test_what_was_told_without_a_link_and_with_its_content_is_chained_as_the_migration_chains_it(
    drill: Drill, make_database: MakeDatabase
) -> None:
    database = await make_database("billing")
    told = await issued(drill, database)
    without = [it.model_copy(update={"data": it.data.model_copy(update={"link": None})}) for it in told]
    await told_anew(drill, *without)
    empty = await make_database("billing")
    assert (await drill.recover(empty)).invalid == []
    assert await links(empty) == await links(database)


@pytest.mark.parametrize("what", ["amount", "content", "link"])
async def test_a_document_whose_link_does_not_fit_is_not_adopted(
    drill: Drill, make_database: MakeDatabase, what: str
) -> None:
    told = await issued(drill, await make_database("billing"))
    forged = next(it for it in told if number_of(it) == (True, 3))
    content = forged.data.content.model_copy(update={"payer_reference": "another-1"})
    changes = {"amount": {"amount_ore": 1}, "content": {"content": content}, "link": {"link": "0" * 64}}[what]
    changed = forged.model_copy(update={"data": forged.data.model_copy(update=changes)})
    await told_anew(drill, *(changed if it is forged else it for it in told))
    report = await drill.recover(await make_database("billing"))
    assert not report.done
    first = report.invalid[0]
    assert first.key == forged.id
    assert "its link is not what it and the documents before it come to" in first.reason


async def test_a_credit_note_of_an_invoice_that_hides_something_says_what_is_told(
    drill: Drill, make_database: MakeDatabase
) -> None:
    """It was stored before texts were looked at. What is told is mended, and the link covers what is told."""
    database = await make_database("billing")
    await set_clock(database, LATER)
    await take(database, programme(), party(1), signed(1), completed(1))
    hides = FIRST_FORM.replace("Munkegata 1", "Munke\u00adgata 1").replace("Fellessamling 1", "Fellessamling\u2028 1")
    async with database.transaction() as connection:
        await connection.execute(insert(tables.invoice), row_of_first_form(content=hides))
        await documents.add_series(connection, PROGRAMME)
    await take(database, completion_revoked(1))
    await work(database)
    (note,) = [it for it in await events_of(database) if it.type == events.CREDIT_NOTE_ISSUED.type]
    async with database.reading() as connection:
        (stored,) = await chains.issued(connection, PROGRAMME, "credit_note", after=0)
    assert stored.content is not None
    assert note.data.content.buyer.street == stored.content["buyer"]["street"] == "Munkegata 1"
    assert note.data.link == stored.link == link(None, "credit_note", stored.row, stored.content)
    assert (len(await invoices(database)), len(await credit_notes(database))) == (1, 1)
    assert await what_does_not_stand(database) == []
