"""The files of documents: made once after they were issued, kept as they were made, and shown."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import delete, func, select, update

from services.billing import tables
from services.billing.app import create
from services.billing.deliveries.access_point import NoAccessPoint
from services.billing.deliveries.use_cases.deliver_what_is_due import Delivering
from services.billing.files import repository as files
from services.billing.files.domain.contact import Contact
from services.billing.files.pdf import pdf
from services.billing.files.use_cases.make_files import CANNOT_TYPESET, mark_all
from services.billing.files.use_cases.show_files import show_files
from services.billing.settings import Settings
from services.billing.works import MAKE_FILES
from shared import kept_files
from shared.contracts.questions import DocumentFiles, WhatFiles
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.kept_files import KeptFile, kept_file
from shared.messaging import marks, set_aside
from shared.typesetting import CannotTypeset
from tests.integration.billing.world import make_files, row_of_first_form, take, work
from tests.support.api import Api, api_of, problem
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import PROGRAMME, completed, ended, party, programme, signed
from tests.support.tampering import tamper

OF_PROGRAMME = f"/billing/programmes/{PROGRAMME}"
NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
OFFICE = Contact(name="Økonomi", email="okonomi@kulturskole.example")
ALL = ["FK1-1.pdf", "FK1-1.xml", "FK1-2.pdf", "FK1-2.xml", "FK2-1.pdf", "FK2-1.xml"]


@pytest.fixture
async def database(database: Database) -> Database:
    """Two invoices and a credit note, and no files yet."""
    await set_clock(database, NOW)
    await take(database, programme(), party(1), party(2), signed(1), signed(2), completed(1))
    await work(database)
    await take(database, ended(2, ends_on=datetime(2024, 9, 1, tzinfo=UTC).date()))
    await work(database)
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def kept(database: Database) -> dict[str, KeptFile]:
    async with database.reading() as connection:
        names = (await connection.execute(select(kept_file.c.name))).scalars().all()
        found = await kept_files.about(connection, names)
    return {it.called: it for it in found.values()}


async def content(database: Database, called: str) -> bytes:
    async with database.reading() as connection:
        found = await kept_files.content(connection, (await kept(database))[called].name)
    assert found is not None
    return found


async def aside(database: Database) -> dict[str, str]:
    async with database.reading() as connection:
        return await set_aside.reasons(connection, MAKE_FILES, PROGRAMME)


async def waits(database: Database) -> int:
    async with database.reading() as connection:
        return (await marks.count_and_oldest(connection, MAKE_FILES))[0]


async def test_what_is_issued_gets_its_files_after_the_commit_and_once(database: Database) -> None:
    assert await kept(database) == {}
    assert await waits(database) > 0
    await make_files(database, OFFICE)
    first = await kept(database)
    assert sorted(first) == ALL
    assert not any(it.made_again for it in first.values())
    assert await waits(database) == 0
    await mark_all(database)
    await make_files(database)
    assert await kept(database) == first


async def test_a_pdf_has_the_very_ehf_inside_that_is_kept_beside_it(database: Database) -> None:
    await make_files(database, OFFICE)
    xml = await content(database, "FK1-1.xml")
    with pikepdf.open(io.BytesIO(await content(database, "FK1-1.pdf"))) as file:
        assert file.attachments["FK1-1.xml"].get_file().read_bytes() == xml
    assert "Økonomi".encode() in xml


async def test_two_replicas_make_each_file_once(database: Database) -> None:
    await asyncio.gather(make_files(database), make_files(database))
    assert sorted(await kept(database)) == ALL


async def test_a_document_that_no_ehf_can_be_made_of_has_its_pdf_and_says_why(database: Database) -> None:
    """Its buyer's number is none: it was issued by a version that did not look."""
    number = await last_number(database) + 1
    wrong = row_of_first_form(number, agreement="x", kid="0010000025")
    wrong["content"] = wrong["content"].replace("942110464", "942110465")
    await insert(database, wrong)
    await make_files(database)
    assert await aside(database) == {f"invoice/{number}": "organisation_number_is_wrong"}
    assert sorted(await kept(database)) == [f"{number}.pdf", *ALL]
    with pikepdf.open(io.BytesIO(await content(database, f"{number}.pdf"))) as file:
        assert list(file.attachments) == []


async def test_a_document_that_cannot_be_set_holds_up_no_other_and_is_tried_again_at_the_next_start(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def fails(it: Any, *, called: str, **given: Any) -> bytes:
        tried.append(called)
        if called == "FK1-1":
            raise CannotTypeset(Path("document.typ"), "no font has this letter")
        return pdf(it, called=called, **given)

    monkeypatch.setattr("services.billing.files.use_cases.make_files.pdf", fails)
    await make_files(database)
    assert sorted(await kept(database)) == ALL[2:]
    assert await aside(database) == {"invoice/1": CANNOT_TYPESET}
    await take(database, completed(2))  # news, but none of this document
    await work(database)
    await make_files(database)
    assert tried.count("FK1-1") == 1
    monkeypatch.undo()
    await mark_all(database)
    await make_files(database)
    assert (await kept(database)).keys() >= set(ALL)
    assert await aside(database) == {}


async def test_a_document_whose_content_is_lost_is_set_aside(database: Database) -> None:
    number = await last_number(database) + 1
    await insert(database, row_of_first_form(number, agreement="x", kid="0010000025", content=None))
    await make_files(database)
    assert await aside(database) == {f"invoice/{number}": "content_is_lost"}
    assert sorted(await kept(database)) == ALL


async def test_a_document_whose_content_cannot_be_read_holds_up_no_other(database: Database) -> None:
    number = await last_number(database) + 1
    await insert(database, row_of_first_form(number, agreement="x", kid="0010000025", content='{"kind": "invoice"}'))
    await make_files(database)
    assert await aside(database) == {f"invoice/{number}": "content_is_unreadable"}
    assert sorted(await kept(database)) == ALL
    assert await waits(database) == 0


async def test_a_document_that_this_program_fails_at_holds_up_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(it: Any, *, called: str, **given: Any) -> bytes:
        if called == "FK1-1":
            raise KeyError(called)
        return pdf(it, called=called, **given)

    monkeypatch.setattr("services.billing.files.use_cases.make_files.pdf", fails)
    await make_files(database)
    assert await aside(database) == {"invoice/1": "failed"}
    assert sorted(await kept(database)) == ALL[2:]


async def test_what_was_issued_by_a_version_that_made_no_files_gets_them_at_the_first_start(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    database = await make_database("billing")
    await insert(database, row_of_first_form())
    assert await waits(database) == 0
    await mark_all(database)
    await make_files(database)
    assert sorted(await kept(database)) == ["1.pdf", "1.xml"]
    assert not any(it.made_again for it in (await kept(database)).values())


async def test_files_are_shown_as_they_are_kept(api: Api, database: Database) -> None:
    await make_files(database)
    about = await kept(database)
    for path, called, media_type in (
        ("invoices/1.pdf", "FK1-1.pdf", "application/pdf"),
        ("invoices/1.xml", "FK1-1.xml", "application/xml"),
        ("credit-notes/1.pdf", "FK2-1.pdf", "application/pdf"),
        ("credit-notes/1.xml", "FK2-1.xml", "application/xml"),
    ):
        answer = await api.reader.get(f"{OF_PROGRAMME}/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"] == f'attachment; filename="{called}"'
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert about[called].sha256 == hashlib.sha256(answer.content).hexdigest()
    assert (await api.get(f"{OF_PROGRAMME}/invoices/1"))["document_number"] == "FK1-1"  # which is none of them


async def test_what_is_not_made_yet_says_so_and_what_there_is_not_is_not_found(api: Api) -> None:
    for path, status, code in (
        ("invoices/1.pdf", 409, "file_is_not_made_yet"),
        ("invoices/9.pdf", 404, "no_such_document"),
        ("credit-notes/2.xml", 404, "no_such_document"),
    ):
        assert problem(await api.reader.get(f"{OF_PROGRAMME}/{path}"), status)["code"] == code


async def delivered(database: Database) -> None:
    """By mail, of which notifications tells that it was sent."""
    await Delivering(database, NoAccessPoint(), hold=timedelta()).run()
    async with database.transaction() as connection:
        await connection.execute(update(tables.delivery).values(state="delivered", channel="mail"))


async def test_what_was_made_and_is_gone_is_not_said_to_come(api: Api, database: Database) -> None:
    await make_files(database)
    await tamper(database, delete(kept_file).where(kept_file.c.name.endswith("/FK1-1.pdf")))
    path = f"{OF_PROGRAMME}/invoices/1.pdf"
    assert problem(await api.reader.get(path), 409)["code"] == "file_is_gone"
    await delivered(database)
    await mark_all(database)  # what is looked at may be in the making, but this one arrived
    assert problem(await api.reader.get(path), 409)["code"] == "file_is_gone"


async def test_what_arrived_and_is_gone_is_made_again_and_says_so(database: Database) -> None:
    await make_files(database)
    await delivered(database)
    await tamper(database, delete(kept_file).where(kept_file.c.name.endswith("/FK1-1.pdf")))
    await mark_all(database)
    await make_files(database)
    assert {name for name, it in (await kept(database)).items() if it.made_again} == {"FK1-1.pdf"}


async def test_a_document_whose_content_cannot_be_read_is_refused_by_a_code(api: Api, database: Database) -> None:
    number = await last_number(database) + 1
    await insert(database, row_of_first_form(number, agreement="x", kid="0010000025", content='{"kind": "Kari"}'))
    found = problem(await api.reader.get(f"{OF_PROGRAMME}/invoices/{number}"), 409)
    assert found["code"] == "content_is_unreadable"
    assert "Kari" not in str(found)


async def test_what_cannot_be_made_says_why(api: Api, database: Database) -> None:
    number = await last_number(database) + 1
    await insert(database, row_of_first_form(number, agreement="x", kid="0010000025", content=None))
    await make_files(database)
    answer = await api.reader.get(f"{OF_PROGRAMME}/invoices/{number}.pdf")
    found = problem(answer, 409)
    assert (found["code"], found["values"]) == ("file_cannot_be_made", {"why": "content_is_lost"})
    with pytest.raises(Conflict, match="content_is_lost"):  # by which a mail is seen to wait
        await show_files(database, asked(number=number))


def asked(kind: Any = "invoice", number: int = 1, **changes: Any) -> WhatFiles:
    return WhatFiles(**{"kind": kind, "programme": PROGRAMME, "number": number} | changes)


async def test_another_service_is_answered_with_both_files_and_their_hashes(database: Database) -> None:
    assert await show_files(database, asked()) == DocumentFiles(are_made=False, files=())
    with pytest.raises(NotFound):
        await show_files(database, asked(number=9))
    await make_files(database)
    as_pdf, xml = (await show_files(database, asked("credit_note"))).files
    assert [(it.name, it.media_type) for it in (as_pdf, xml)] == [
        ("FK2-1.pdf", "application/pdf"),
        ("FK2-1.xml", "application/xml"),
    ]
    for it in (as_pdf, xml):
        assert it.content is not None
        assert base64.b64decode(it.content) == await content(database, it.name)
        assert it.sha256 == hashlib.sha256(base64.b64decode(it.content)).hexdigest()
    about = (await show_files(database, asked("credit_note", with_content=False))).files
    assert [(it.sha256, it.content) for it in about] == [(as_pdf.sha256, None), (xml.sha256, None)]


async def test_where_no_ehf_can_be_made_the_pdf_alone_is_answered(database: Database) -> None:
    number = await last_number(database) + 1
    wrong = row_of_first_form(number, agreement="x", kid="0010000025")
    await insert(database, wrong | {"content": wrong["content"].replace("942110464", "942110465")})
    await make_files(database)
    (only,) = (await show_files(database, asked(number=number))).files
    assert only.name == f"{number}.pdf"


async def test_after_a_restore_the_files_of_what_came_back_say_that_they_are_made_again(
    drill_of: DrillOf, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    drill: Drill = await drill_of("billing")
    database = await make_database("billing")
    await set_clock(database, NOW)
    await drill.publish(programme(), party(1), party(2), signed(1), completed(1))
    async with drill.running(database):
        pass
    older = await copy_database(database)
    await drill.publish(signed(2))
    async with drill.running(database):
        pass
    sent = await kept(database)
    await database.close()
    await drill.recover(older)
    async with drill.running(older):
        pass
    found = await kept(older)
    assert {name: it.made_again for name, it in found.items()} == {
        "FK1-1.pdf": False,
        "FK1-1.xml": False,
        "FK1-2.pdf": True,
        "FK1-2.xml": True,
    }
    # Of the same content the same version makes the same bytes.
    assert {name: it.sha256 for name, it in found.items()} == {name: it.sha256 for name, it in sent.items()}


async def last_number(database: Database) -> int:
    async with database.reading() as connection:
        found: int = (await connection.execute(select(func.max(tables.invoice.c.number)))).scalar_one()
    return found


async def insert(database: Database, row: dict[str, Any]) -> None:
    """An invoice as it stands in a database; that it leaves a mark is the work of issuing."""
    async with database.transaction() as connection:
        await connection.execute(tables.invoice.insert(), row)


async def test_what_lacks_a_file_is_found_by_its_name(database: Database) -> None:
    async with database.reading() as connection:
        found = await files.lacking(connection, PROGRAMME)
    assert [it.file("pdf") for it in found] == [
        f"{PROGRAMME}/invoices/FK1-1.pdf",
        f"{PROGRAMME}/invoices/FK1-2.pdf",
        f"{PROGRAMME}/credit-notes/FK2-1.pdf",
    ]
