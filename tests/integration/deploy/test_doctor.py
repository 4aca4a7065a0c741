"""`kulturskole doctor` finds each fault that is made here, says what to do, and finds none where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.js.api import StreamConfig
from sqlalchemy import text

from deploy.doctor import certificates, disk, run
from deploy.doctor.finding import Finding
from deploy.nats_config import OPERATOR, nats_config
from deploy.provisioning import provision_all
from services.notifications.settings import Settings as OfNotifications
from shared import clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging.tables import outbox, parked_message
from shared.web import keys
from tests.support.databases import MakeDatabase
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.processes import HOST, free_port
from tests.support.smtp import MailServer
from tests.support.tls import Authority

SERVICE = "notifications"


class Environment:
    """What a service is told by its environment, and may be told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, service: str, database: Database, nats: NatsServer) -> None:
        self._monkeypatch = monkeypatch
        self.service = service
        self.database = database
        self.nats = nats

    def say(self, **settings: object) -> None:
        for name, value in settings.items():
            self._monkeypatch.setenv(f"KULTURSKOLE_{name.upper()}", str(value))

    async def found(self) -> list[Finding]:
        await self.database.close()
        found = await run.of_service(self.service)
        lines = "\n".join(it.line() for it in found) + str(run.content(found))
        for secret in (*PASSWORDS.values(), "secret-of-mail"):
            assert secret not in lines
        assert run.content(found)["ok"] is not any(it.ok is False for it in found)
        return found

    async def wrong(self) -> list[str]:
        found = [it for it in await self.found() if it.ok is False]
        assert all(it.do for it in found)
        return [f"{it.part}: {it.says}" for it in found]


async def environment_of(
    service: str,
    monkeypatch: pytest.MonkeyPatch,
    make_database: MakeDatabase,
    nats: NatsServer,
    folder: Path,
) -> Environment:
    database = await make_database(service)
    keys.create(folder / "keys.json", name="an operator", role="operator")
    (folder / "password").write_text(PASSWORDS[service])
    found = Environment(monkeypatch, service, database, nats)
    found.say(
        database_url=database.url.render_as_string(hide_password=False),
        nats_url=nats.url,
        nats_user=service,
        nats_password_file=folder / "password",
        keys_file=folder / "keys.json",
    )
    return found


@pytest.fixture
async def here(
    monkeypatch: pytest.MonkeyPatch, make_database: MakeDatabase, nats: NatsServer, smtp: MailServer, tmp_path: Path
) -> Environment:
    await provision_all(nats.url, PASSWORDS[OPERATOR])
    found = await environment_of(SERVICE, monkeypatch, make_database, nats, tmp_path)
    found.say(smtp_host=smtp.host, smtp_port=smtp.port, smtp_starttls=False)
    return found


def only(found: Iterable[str], *beginnings: str) -> None:
    lines = list(found)
    assert len(lines) == len(beginnings), lines
    for line, beginning in zip(lines, beginnings, strict=True):
        assert line.startswith(beginning), lines


async def test_where_nothing_is_wrong_nothing_is_found(here: Environment) -> None:
    found = await here.found()
    assert run.is_well(found)
    assert {it.part for it in found if it.ok} >= {
        *("version", "settings", "keys", "database", "schema", "contracts", "clock", "nats", "provisioning", "mail")
    }
    assert [it.of for it in found if it.ok is None] == ["NATS"]


async def test_a_database_is_away_or_older_or_newer_than_the_code(here: Environment) -> None:
    newer = {"type": "kulturskole.notifications.mail.sent.v9", "subject": "s", "body": "{}", "added_at": clock.START}
    async with here.database.transaction() as connection:
        await connection.execute(outbox.insert(), newer | {"event_id": new_id(), "message_id": new_id()})
    only(await here.wrong(), "contracts: it has told kulturskole.notifications.mail.sent.v9")
    async with here.database.transaction() as connection:
        await connection.execute(text("DELETE FROM outbox"))
        await connection.execute(text("DELETE FROM alembic_version WHERE version_num LIKE 'kernel_%'"))
    only(await here.wrong(), "schema: the database lacks kernel_0001")
    url = here.database.url
    away = url.set(database="/nowhere/at.db") if here.database.is_sqlite else url.set(port=free_port())
    here.say(database_url=away.render_as_string(hide_password=False))
    only(await here.wrong(), "database: ")


async def test_a_clock_that_is_off_a_disk_that_is_full_and_messages_of_a_newer_version(
    here: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = {"key": new_id(), "subject": "s", "body": b"{}", "reason": "unknown_type", "error": "", "attempts": 0}
    async with here.database.transaction() as connection:
        await connection.execute(parked_message.insert(), newer | {"state": "parked", "parked_at": clock.START})
    only(await here.wrong(), "contracts: 1 messages are parked")
    async with here.database.transaction() as connection:
        await connection.execute(parked_message.delete())
    if here.database.is_sqlite:
        monkeypatch.setattr(disk, "LEAST", 1 << 62)
        only(await here.wrong(), "disk: ")
        return
    monkeypatch.setattr(clock, "real_now", lambda: datetime.now(UTC) + timedelta(seconds=5))
    only(await here.wrong(), "clock: the database's is 5.")


async def test_what_a_service_is_told_is_not_valid(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: MakeDatabase, nats: NatsServer, smtp: MailServer, tmp_path: Path
) -> None:
    await provision_all(nats.url, PASSWORDS[OPERATOR])
    here = await environment_of(SERVICE, monkeypatch, sqlite_database, nats, tmp_path)
    here.say(smtp_host=smtp.host, smtp_port=smtp.port, smtp_starttls=False)
    here.say(smtp_password_file=tmp_path / "none")
    only(await here.wrong(), "settings: KULTURSKOLE_SMTP_PASSWORD_FILE: ")
    here.say(smtp_password_file=tmp_path / "password", keys_file=tmp_path / "no-keys.json")
    only(await here.wrong(), "keys: no key in")
    here.say(keys_file=tmp_path / "keys.json", smtp_port="twenty-five", mail_sender="nobody")
    only(sorted(await here.wrong()), "settings: KULTURSKOLE_MAIL_SENDER: ", "settings: KULTURSKOLE_SMTP_PORT: ")
    here.say(smtp_port=smtp.port, mail_sender="a@b.example", database_url="what is this")
    only(await here.wrong(), "settings: KULTURSKOLE_DATABASE_URL")


async def test_nats_lets_nobody_in_or_is_not_as_it_was_provisioned(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: MakeDatabase, nats: NatsServer, tmp_path: Path
) -> None:
    here = await environment_of("registration", monkeypatch, sqlite_database, nats, tmp_path)
    missing = await here.wrong()
    assert [it for it in missing if it.startswith("provisioning: the stream BILLING is missing")]
    await provision_all(nats.url, PASSWORDS[OPERATOR])
    assert await here.wrong() == []
    client = await nats.client()
    await client.jsm().delete_consumer("SCHEDULING", "registration")
    only(await here.wrong(), "provisioning: the durable registration on SCHEDULING is missing")
    existing: StreamConfig = (await client.jsm().stream_info("BILLING")).config
    await client.jsm().update_stream(existing.evolve(max_age=60.0, duplicate_window=60.0))
    only(
        await here.wrong(),
        "provisioning: the stream BILLING differs in max_age, duplicate_window",
        "provisioning: the durable registration",
    )
    await provision_all(nats.url, PASSWORDS[OPERATOR])
    assert await here.wrong() == []
    (tmp_path / "password").write_text("another")
    only(await here.wrong(), "nats: ")


async def test_what_subscribers_read_through_is_provisioned_too(nats: NatsServer) -> None:
    folder = nats.subscribers.folder
    await provision_all(nats.url, PASSWORDS[OPERATOR], subscribers=folder.path)
    assert run.is_well(await run.of_nats(nats.url, PASSWORDS[OPERATOR], None, folder))
    client = await nats.client()
    await client.jsm().delete_consumer("BILLING", "reader")
    found = await run.of_nats(nats.url, PASSWORDS[OPERATOR], None, folder)
    only((it.says for it in found if it.ok is False), "the durable reader on BILLING is missing")


async def test_nats_grants_less_than_this_version_needs(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: MakeDatabase, tmp_path: Path
) -> None:
    def granting_less(port: int) -> str:
        config = nats_config(PASSWORDS, store=tmp_path / "store", port=port)
        return config.replace('"$JS.API.STREAM.INFO.BILLING", ', "")

    async with NatsServer(tmp_path / "less", granting_less) as nats:
        await provision_all(nats.url, PASSWORDS[OPERATOR])
        here = await environment_of("registration", monkeypatch, sqlite_database, nats, tmp_path)
        only(await here.wrong(), "provisioning: NATS does not answer what registration asks")


async def test_a_mail_server_is_away_or_does_not_take_us(here: Environment, smtp: MailServer) -> None:
    smtp.answer_hello("504 5.5.2 need a full name")
    only(await here.wrong(), f"mail: {smtp.host}:{smtp.port}: ")
    smtp.answer_hello("")
    here.say(smtp_starttls=True)
    only(await here.wrong(), "mail: ")
    await smtp.stop()
    only(await here.wrong(), "mail: ")


async def test_a_certificate_ends_soon_or_has_ended_or_is_nobodys(
    monkeypatch: pytest.MonkeyPatch,
    sqlite_database: MakeDatabase,
    tls_smtp: MailServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    certificate, key = authority.server_files(HOST)

    def with_tls(port: int) -> str:
        tls = f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}\n'
        return nats_config(PASSWORDS, store=tmp_path / "store", port=port) + tls

    async with NatsServer(tmp_path / "tls", with_tls) as nats:
        monkeypatch.setenv("KULTURSKOLE_NATS_CA_FILE", str(authority.ca))
        await provision_all(nats.url, PASSWORDS[OPERATOR])
        here = await environment_of(SERVICE, monkeypatch, sqlite_database, nats, tmp_path)
        is_implicit = tls_smtp.starttls is None
        here.say(smtp_host=HOST, smtp_port=tls_smtp.port, smtp_tls=is_implicit, smtp_ca_file=authority.ca)
        soon = await here.wrong()
        assert len(soon) == 4  # of NATS and mail, each with its authority
        assert all(it.startswith("certificate: ") and it.endswith("1 days left") for it in soon)
        monkeypatch.setattr(certificates, "LEAST_DAYS", 1)
        assert await here.wrong() == []
        monkeypatch.setattr(certificates, "real_now", lambda: datetime.now(UTC) + timedelta(days=9))
        assert all("it ended on" in it for it in await here.wrong())
        other = Authority(tmp_path / "other")
        here.say(smtp_ca_file=other.ca)
        assert any(it.startswith("mail: ") and "certificate" in it.lower() for it in await here.wrong())


async def test_an_access_point_is_away(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: MakeDatabase, nats: NatsServer, tmp_path: Path
) -> None:
    await provision_all(nats.url, PASSWORDS[OPERATOR])
    here = await environment_of("billing", monkeypatch, sqlite_database, nats, tmp_path)
    here.say(access_point="folder", access_point_folder=tmp_path)
    assert await here.wrong() == []
    here.say(access_point="phoss", access_point_url=f"http://{HOST}:{free_port()}")
    only(await here.wrong(), "access point: http://")
    here.say(access_point_folder=tmp_path / "none")
    only(await here.wrong(), "settings: KULTURSKOLE_ACCESS_POINT_FOLDER: ")


def test_what_is_looked_at_is_what_a_service_is_told() -> None:
    """The mail server is asked with every setting that a mail is sent with."""
    with_smtp = {it for it in OfNotifications.model_fields if it.startswith("smtp_")}
    assert with_smtp == {
        *("smtp_host", "smtp_port", "smtp_starttls", "smtp_tls", "smtp_ca_file", "smtp_ehlo", "smtp_user"),
        *("smtp_password", "smtp_password_file", "smtp_timeout", "smtp_connections"),
    }
