"""The files of what was issued are hashed anew, and whatever is not as it was made or sent is found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from services.billing.app import create
from services.billing.deliveries.access_point import NoAccessPoint
from services.billing.deliveries.use_cases.deliver_what_is_due import Delivering
from services.billing.files import repository as files
from services.billing.files.domain.verification import MOST, FilesVerified
from services.billing.files.use_cases.verify_files import verify_files
from services.billing.settings import Settings
from services.billing.works import MAKE_FILES, make_files_again
from shared import kept_files
from shared.database import Database
from shared.errors import Conflict
from shared.kept_files import Made, kept_file
from shared.messaging import set_aside
from shared.messaging.facts import record
from tests.integration.billing.world import make_files, take, work
from tests.support.api import api_of, problem
from tests.support.databases import set_clock
from tests.support.events import PROGRAMME, completed, ended, party, programme, signed
from tests.support.tampering import tamper

INVOICES, CREDIT_NOTES = f"{PROGRAMME}/invoices", f"{PROGRAMME}/credit-notes"
FIRST, FIRST_EHF = f"{INVOICES}/FK1-1.pdf", f"{INVOICES}/FK1-1.xml"
F = kept_file.c


@pytest.fixture
async def made(database: Database) -> Database:
    """Three invoices, the last of them credited, with their files. None is delivered."""
    await set_clock(database, datetime(2024, 10, 1, 12, tzinfo=UTC))
    people = [it for n in range(1, 4) for it in (party(n), signed(n))]
    await take(database, programme(), *people, completed(1))
    await work(database)
    await take(database, ended(3, ends_on=date(2024, 9, 1)))
    await work(database)
    await make_files(database)
    return database


async def deliver(database: Database) -> None:
    """By mail, which is told with the hashes of what it carries."""
    await Delivering(database, NoAccessPoint(), hold=timedelta()).run()


async def verified(database: Database) -> list[FilesVerified]:
    return await verify_files(database, PROGRAMME)


async def found(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(it) for one in await verified(database) for it in one.findings]


async def test_files_that_are_as_they_were_made_are_counted(made: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SLICE", 2)
    for _ in range(2):
        assert [(it.series, it.files) for it in await verified(made)] == [(INVOICES, 6), (CREDIT_NOTES, 2)]
        assert await found(made) == []
        await deliver(made)


async def test_a_file_that_was_changed_is_found_and_goes_nowhere(made: Database, tmp_path: Path) -> None:
    await tamper(made, update(kept_file).where(F.name == FIRST).values(content=b"%PDF another"))
    assert await found(made) == [(INVOICES, "file_is_changed", 1, "pdf")]
    async with made.reading() as connection:
        with pytest.raises(Conflict, match="not what was made"):
            await kept_files.content(connection, FIRST)
    async with api_of(create, Settings, made, tmp_path) as api:
        answer = await api.reader.get(f"/billing/programmes/{PROGRAMME}/invoices/1.pdf")
        assert problem(answer, 409)["code"] == "file_is_changed"


async def test_one_that_was_changed_with_its_hash_is_not_what_was_sent(made: Database) -> None:
    await deliver(made)
    other = Made(name=FIRST, media_type="application/pdf", content=b"%PDF another")
    await tamper(made, update(kept_file).where(F.name == FIRST).values(content=other.content, sha256=other.sha256))
    assert await found(made) == [(INVOICES, "file_told_otherwise", 1, "pdf")]


@pytest.mark.parametrize("is_delivered", [False, True])
async def test_one_that_was_removed_is_found(made: Database, *, is_delivered: bool) -> None:
    if is_delivered:
        await deliver(made)
    await tamper(made, delete(kept_file).where(F.name == FIRST_EHF))
    assert await found(made) == [(INVOICES, "file_is_gone", 1, "xml")]


async def test_what_is_not_made_yet_is_told_apart_from_what_was_sent_and_is_gone(made: Database) -> None:
    await deliver(made)
    await take(made, party(4), signed(4))
    await work(made)
    assert [(it.files, it.not_made_yet) for it in await verified(made)] == [(6, 2), (2, 0)]
    assert await found(made) == []
    await tamper(made, delete(kept_file).where(F.name == FIRST))
    assert await found(made) == [(INVOICES, "file_is_gone", 1, "pdf")]


async def test_what_cannot_be_made_is_told_apart(made: Database) -> None:
    await tamper(made, delete(kept_file).where(F.name.in_([FIRST, FIRST_EHF])))
    async with made.transaction() as connection:
        await set_aside.keep(connection, MAKE_FILES, PROGRAMME, {"invoice/1"}, {"invoice/1": "cannot_typeset"})
    assert [(it.files, it.cannot_be_made) for it in await verified(made)] == [(4, 2), (2, 0)]
    assert await found(made) == []


async def test_what_a_back_up_lacked_is_made_again_and_says_so(made: Database) -> None:
    await deliver(made)
    await tamper(made, delete(kept_file).where(F.name == FIRST))
    async with made.transaction() as connection:
        await record(connection, make_files_again(PROGRAMME, "invoice/1"))
    assert [(it.not_made_yet, it.made_again) for it in await verified(made)] == [(1, 0), (0, 0)]
    await make_files(made)
    of_invoices, of_notes = await verified(made)
    assert [(it.files, it.made_again, it.numbers_made_again) for it in (of_invoices, of_notes)] == [
        (6, 1, [1]),
        (2, 0, []),
    ]
    assert await found(made) == []


async def test_years_of_which_nothing_has_to_be_kept_are_named(made: Database) -> None:
    for today, years in ((date(2029, 12, 31), set()), (date(2030, 1, 1), {2024})):
        await set_clock(made, datetime.combine(today, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12))
        assert [it.may_go for it in await verified(made)] == [years, years]


async def test_it_is_asked_for_over_the_api(made: Database, tmp_path: Path) -> None:
    path = f"/billing/programmes/{PROGRAMME}/verification/files"
    nothing = {
        "made_again": 0,
        "numbers_made_again": [],
        "not_made_yet": 0,
        "cannot_be_made": 0,
        "may_go": [],
    }
    async with api_of(create, Settings, made, tmp_path) as api:
        assert await api.get(path) == {
            "programme": PROGRAMME,
            "holds": True,
            "series": [{"series": INVOICES, "files": 6} | nothing, {"series": CREDIT_NOTES, "files": 2} | nothing],
            "findings": [],
            "more": 0,
        }
        await api.refused(404, "/billing/programmes/another/verification/files", method="GET")
        await tamper(made, delete(kept_file).where(F.name == FIRST))
        answer = await api.get(path)
    assert (answer["holds"], answer["findings"]) == (
        False,
        [{"series": INVOICES, "code": "file_is_gone", "number": 1, "format": "pdf"}],
    )


async def test_of_more_than_it_keeps_it_says_how_many(made: Database) -> None:
    of_invoices, _ = await verified(made)
    for _ in range(MOST + 3):
        of_invoices.find("file_is_gone", 1, "pdf")
    assert (len(of_invoices.findings), of_invoices.more) == (MOST, 3)
