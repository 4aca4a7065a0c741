"""A file that was made is kept as it was made: the first stays, and the database refuses what would change it."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import kept_files
from shared.database import Database
from shared.kept_files import Made
from tests.support.databases import MakeDatabase

PDF = Made(name="programme/invoices/FK1-1.pdf", media_type="application/pdf", content=b"%PDF one")


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database()


async def keep(database: Database, *files: Made, made_again: bool = False) -> None:
    async with database.transaction() as connection:
        await kept_files.keep(connection, files, made_again=made_again)


async def content(database: Database, name: str) -> bytes | None:
    async with database.reading() as connection:
        return await kept_files.content(connection, name)


async def test_a_file_is_kept_with_its_hash_and_by_which_version_it_was_made(database: Database) -> None:
    await keep(database, PDF)
    async with database.reading() as connection:
        (found,) = (await kept_files.about(connection, [PDF.name, "another"])).values()
    assert found.sha256 == hashlib.sha256(b"%PDF one").hexdigest()
    assert found.called == "FK1-1.pdf"
    assert found.made_by[0].isdigit()
    assert not found.made_again
    assert await content(database, PDF.name) == b"%PDF one"
    assert await content(database, "another") is None


async def test_of_a_file_that_two_workers_make_the_first_stays(database: Database) -> None:
    await keep(database, PDF)
    other = Made(name="programme/invoices/FK1-2.pdf", media_type="application/pdf", content=b"%PDF two")
    await keep(database, Made(name=PDF.name, media_type=PDF.media_type, content=b"other"), other, made_again=True)
    assert await content(database, PDF.name) == b"%PDF one"
    assert await content(database, other.name) == b"%PDF two"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kept_file SET content = 'x'",
        "DELETE FROM kept_file",
        "INSERT OR REPLACE INTO kept_file SELECT * FROM kept_file",
        "TRUNCATE kept_file",
    ],
)
async def test_the_database_refuses_to_change_a_file(database: Database, change: str) -> None:
    only_of = {"INSERT OR REPLACE": True, "TRUNCATE": False}
    if any(change.startswith(it) and database.is_sqlite != of for it, of in only_of.items()):
        pytest.skip("the other database's words")
    await keep(database, PDF)
    with pytest.raises(DBAPIError, match="never changed once it is made"):
        async with database.transaction() as connection:
            await connection.execute(text(change))
    assert await content(database, PDF.name) == b"%PDF one"
