"""Somebody is erased: name, address and telephone number stand nowhere any more, but where the receipt says so (N2).

Searched are the four databases (of SQLite the files themselves, byte for byte), NATS' files, all logs and what says who changed
what, after services that ran as they are deployed; and the whole folder of an embedded start, with the mails that its own
mail server keeps.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, event

from deploy import embedded, mail_sink
from deploy.at_rest import until_at_rest
from deploy.client import Client
from services.notifications import tables as of_notifications
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from tests.integration.registration.world import (
    ADVISOR,
    APPLICATION,
    ASSESSMENT,
    CODE,
    GROUP,
    MOLDE,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    SIGNATORIES,
)
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.processes import HOST
from tests.support.smtp import MailServer

NAME, EMAIL, PHONE = "Åshild Østråt", "aashild.ostraat@molde.example", "+47 911 22 333"
GONE = {"name": NAME, "email": EMAIL, "phone": PHONE}
WORDS = (NAME, json.dumps(NAME)[1:-1], NAME.casefold(), EMAIL, PHONE, PHONE.replace(" ", "").removeprefix("+"))
SESSION = {
    "kind": "joint_session",
    "format": "physical",
    "title": "Fellessamling 1",
    "number": 1,
    "when": {"days": {"first": "2024-09-24", "last": "2024-09-25"}},
    "place": "Hotellet",
}


async def play(client: Client) -> str:
    """A programme in which somebody coordinates, is invited, is named in mails to others and in what people wrote, and is replaced.

    The id of that person.
    """
    for service in PUBLISHERS:
        await client.post(f"/{service}/operations/clock", {"now": "2024-04-15T12:00:00+02:00"})
    await client.post("/registration/programmes", PROGRAMME)
    await client.post("/registration/parties", PARTY)
    applied = await client.post(f"{OF_PROGRAMME}/applications", APPLICATION)
    await until_at_rest(client)
    await client.post(f"/scheduling/programmes/{CODE}/sessions", SESSION)
    await client.post(f"/scheduling/programmes/{CODE}/plan/publication")
    await client.post(f"/registration/applications/{applied['id']}/assessment", ASSESSMENT)
    group = await client.post(f"{GROUP}/participants", GONE | {"role": "Rektor", "represents_school_owner": True})
    (gone,) = group["participants"]
    for n in range(3):
        await client.post(f"{GROUP}/participants", {"name": f"Person {n}", "email": f"{n}@molde.example"})
    await client.post(f"{GROUP}/coordinator", {"participant": gone["id"]})
    advisor = await client.post("/registration/advisors", ADVISOR)
    await client.post(f"{GROUP}/advisor", {"advisor": advisor["id"]})
    sent = {"party": MOLDE, "period_start": "2024-04-01", "period_end": "2025-12-31", "signatories": SIGNATORIES}
    agreement = await client.post(f"{OF_PROGRAMME}/agreements", sent)
    for role in SIGNATORIES:
        signed = {"signatory": role, "place": "Molde", "signed_on": "2024-04-15"}
        await client.post(f"/registration/agreements/{agreement['id']}/signatures", signed)
    await until_at_rest(client)
    said = f"{NAME} ({EMAIL}) møtte ikke."
    await client.post(
        f"/registration/agreements/{agreement['id']}/concerns", {"raised_by": "council", "description": said}
    )
    await until_at_rest(client)
    await client.post(
        f"{GROUP}/participants/{gone['id']}/successor", {"name": "Siri Aas", "email": "siri.aas@molde.example"}
    )
    await until_at_rest(client)
    return str(gone["person"])


async def hits(fleet: Fleet, databases: Mapping[str, Database], folder: Path) -> set[str]:
    """Where any of the words stands."""
    found = set()
    for service in PUBLISHERS:
        found |= {it async for it in _in_database(service, databases[service])}
        changes = json.dumps(await fleet.client.get(f"/{service}/operations/changes"), ensure_ascii=False)
        found |= {f"{service}: changes" for _ in _words_in(changes.encode())}
    return found | _in_files(folder)


def _in_files(folder: Path) -> set[str]:
    files = [it for it in folder.rglob("*") if it.is_file()]
    return {f"{it.relative_to(folder)}" for it in files for _ in _words_in(it.read_bytes())}


def _words_in(content: bytes) -> Iterator[str]:
    lowered = content.lower()
    return (it for it in WORDS if it.encode() in content or it.lower().encode() in lowered)


async def _in_database(service: str, database: Database) -> AsyncIterator[str]:
    if database.is_sqlite:
        path = Path(database.url.database or "")
        for file in path.parent.glob(f"{path.name}*"):
            for _ in _words_in(file.read_bytes()):
                yield f"{service}: {file.suffix}"
    else:
        async for table, column, content in _columns(database):
            for _ in _words_in(content):
                yield f"{service}: {table}.{column}"
    if service == "notifications":
        async with database.reading() as connection:
            for (message,) in await connection.execute(
                of_notifications.sent_message.select().with_only_columns(of_notifications.sent_message.c.content)
            ):
                for _ in _words_in(zlib.decompress(message)):
                    yield "notifications: sent_message"


async def _columns(database: Database) -> AsyncIterator[tuple[str, str, bytes]]:
    """Each column of each table of a PostgreSQL database, whatever its type, as one text."""
    connection = await asyncpg.connect(
        host=HOST, port=database.url.port, user="postgres", database=database.url.database
    )
    try:
        named = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        for table, column in await connection.fetch(named):
            texts = await connection.fetchval(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"')  # noqa: S608 - ours
            yield table, column, (texts or "").encode()
    finally:
        await connection.close()


@asynccontextmanager
async def running(
    databases: SqliteDatabases | PostgresDatabases, folder: Path, nats: NatsServer, smtp: MailServer
) -> AsyncIterator[tuple[Fleet, dict[str, Database]]]:
    urls = {service: await databases.create(service) for service in PUBLISHERS}
    fleet = Fleet(folder, urls, nats, smtp)
    opened = {service: Database(url) for service, url in urls.items()}
    try:
        await fleet.start()
        yield fleet, opened
    finally:
        await fleet.stop()
        for database in opened.values():
            await database.close()
    for url in urls.values():
        await databases.remove(url)


async def test_of_who_was_erased_nothing_is_left(
    databases: SqliteDatabases | PostgresDatabases, tmp_path: Path, nats: NatsServer, smtp: MailServer
) -> None:
    async with running(databases, tmp_path, nats, smtp) as (fleet, opened):
        person = await play(fleet.client)
        before = await hits(fleet, opened, tmp_path)
        assert {it.partition(":")[0] for it in before} == {"registration", "notifications"}
        mails = len(smtp.to(EMAIL))
        assert mails
        exported: Any = await fleet.client.get(f"/registration/people/{person}/export")
        assert len(exported["mails"]) == mails
        assert [it["where"] for it in exported["texts"]] == ["concern.description"]
        receipt = await fleet.client.post(f"/registration/people/{person}/erasure", {"reason": "asked_for"})
        await until_at_rest(fleet.client)
        assert await hits(fleet, opened, tmp_path) == set()
        receipt = await fleet.client.get(f"/registration/people/{person}/erasure")
        assert not receipt["is_pending"]
        told = {it["what"]: it["count"] for it in receipt["services"][2]["emptied"]}
        assert (told["mails"], told["mails_to_others"] > 0) == (mails, True)
        assert {it["what"] for it in receipt["outside"]} >= {"backups", "mails_delivered"}
        assert len(smtp.to(EMAIL)) == mails


@pytest.fixture
def plain_sqlite() -> Iterator[None]:
    """SQLite as it is by itself, which leaves what was deleted in the file; some builds overwrite it."""

    def leave(connection: Any, _record: object) -> None:
        if hasattr(connection, "isolation_level"):
            connection.execute("PRAGMA secure_delete=OFF")

    event.listen(Engine, "connect", leave)
    yield
    event.remove(Engine, "connect", leave)


async def test_nor_in_the_folder_of_an_embedded_start_and_the_mails_it_keeps(
    tmp_path: Path, plain_sqlite: None
) -> None:
    async with (
        embedded.running(tmp_path, port=0, nats_port=0, simulated_clock=True) as it,
        Client(it.url, it.first_key or "") as client,
    ):
        person = await play(client)
        mails = len(mail_sink.names(it.state.mails))
        assert {".db-wal", ".eml"} <= {Path(name).suffix for name in _in_folder(tmp_path, it.state.mails)}
        await client.post(f"/registration/people/{person}/erasure", {"reason": "asked_for"})
        await until_at_rest(client)
        assert _in_folder(tmp_path, it.state.mails) == set()
        left = len(mail_sink.names(it.state.mails))
        assert 0 < left < mails  # those to others that do not name her


def _in_folder(folder: Path, mails: Path) -> set[str]:
    """In which files any of the words stands, in a mail however it is encoded."""
    found = _in_files(folder)
    for name in mail_sink.names(mails):
        mail = mail_sink.read(mails, name)
        if any(True for _ in _words_in(repr(mail).encode())):
            found.add(f"{name}.eml")
    return found
