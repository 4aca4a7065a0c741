"""Billing as it runs, without a broker: facts are recorded as the kernel does, and the worker is run by hand."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any

from services.billing import tables
from services.billing.consumers import consumers
from services.billing.documents import repository as documents
from services.billing.documents.domain.books import Books, apart_from_credited_attempts, books
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.verification import Finding
from services.billing.documents.use_cases.verify_documents import verify_documents
from services.billing.files.domain.contact import NOBODY, Contact
from services.billing.files.use_cases.make_files import make_all_files
from services.billing.instalments.use_cases.issue_what_is_due import issue_all_that_is_due
from services.billing.works import ISSUE_WHAT_IS_DUE, LOOK_AT_PARTIES
from shared.contracts.billing import CREDIT_NOTE_ISSUED, INVOICE_ISSUED
from shared.contracts.envelope import Event
from shared.database import Database
from shared.messaging import marks, set_aside
from tests.support import facts
from tests.support.databases import count
from tests.support.events import PROGRAMME, agreement_id, organisation_number, session_id
from tests.support.facts import events_of
from tests.unit.billing.documents.test_content import FIRST_FORM
from tests.unit.billing.samples import SELLER

ISSUED = {INVOICE_ISSUED.type, CREDIT_NOTE_ISSUED.type}
AMOUNTS = {1: 666_667, 2: 666_667, 3: 666_666}

take = partial(facts.take, consumers)


async def work(database: Database) -> None:
    await issue_all_that_is_due(database, SELLER)


async def invoices(database: Database, programme: str = PROGRAMME) -> list[Invoice]:
    async with database.reading() as connection:
        return list(await documents.invoices(connection, programme, after=0, limit=100_000))


async def credit_notes(database: Database, programme: str = PROGRAMME) -> list[CreditNote]:
    async with database.reading() as connection:
        return list(await documents.credit_notes(connection, programme, after=0, limit=100_000))


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


async def check_everything_was_told_once(database: Database) -> None:
    issued = await count(database, tables.invoice) + await count(database, tables.credit_note)
    assert len([event for event in await events_of(database) if event.type in ISSUED]) == issued
    assert await what_does_not_stand(database) == []


async def what_does_not_stand(database: Database, programme: str = PROGRAMME) -> list[Finding]:
    """What verifying finds."""
    return [it for series in await verify_documents(database, programme) for it in series.findings]


def row_of_first_form(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An invoice as it was stored before documents had numbers of the seller's own."""
    return {
        "programme": PROGRAMME,
        "number": number,
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
    } | changes


async def marks_left(database: Database) -> int:
    """Those that have something issued; files are made by a work of its own."""
    async with database.reading() as connection:
        return sum([(await marks.count_and_oldest(connection, it))[0] for it in (ISSUE_WHAT_IS_DUE, LOOK_AT_PARTIES)])


async def make_files(database: Database, contact: Contact = NOBODY) -> None:
    await make_all_files(database, contact)


def as_told_by_0_2(event: Event[Any]) -> Event[Any]:
    """An event of billing's without what 0.2.0 did not tell."""
    told = json.loads(event.model_dump_json(exclude_none=True))
    for name in ("content", "document_number", "because", "link"):
        told["data"].pop(name, None)
    return type(event).model_validate_json(json.dumps(told))


async def aside(database: Database) -> dict[str, str]:
    """What is set aside, and why, by agreement; "" is a programme as a whole."""
    async with database.reading() as connection:
        return {it.part: it.reason for it in await set_aside.listed(connection, beyond=None, limit=99)}
