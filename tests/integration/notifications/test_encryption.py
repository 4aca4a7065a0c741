"""TLS from the first byte (port 465) and STARTTLS, with a certificate that a private authority signed: a real server each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.notifications.sending.use_cases.send_mails import MailSending
from services.notifications.settings import Settings
from shared.database import Database
from tests.integration.notifications.world import ADA, FakeAsk, queued, sending, take, work
from tests.support.databases import MakeDatabase
from tests.support.events import party, programme, received
from tests.support.smtp import MailServer
from tests.support.tls import Authority


@pytest.fixture
async def database(sqlite_database: MakeDatabase, ask: FakeAsk) -> Database:
    """One mail to Ada is queued."""
    database = await sqlite_database("notifications")
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    return database


def encrypted(database: Database, smtp: MailServer, **settings: Any) -> MailSending:
    return sending(database, smtp, smtp_tls=smtp.starttls is None, smtp_starttls=True, **settings)


async def test_with_the_authoritys_file_mail_goes_out_encrypted(
    database: Database, tls_smtp: MailServer, authority: Authority
) -> None:
    run = encrypted(database, tls_smtp, smtp_ca_file=authority.ca, smtp_user="us", smtp_password="secret")
    await run.run()
    assert run.trouble is None
    assert len(tls_smtp.to(ADA.email)) == 1
    assert tls_smtp.logged_in == ["us"]


async def test_whom_nobody_vouches_for_gets_neither_password_nor_mail(database: Database, tls_smtp: MailServer) -> None:
    run = encrypted(database, tls_smtp, smtp_user="us", smtp_password="secret")
    await run.run()
    assert "CERTIFICATE_VERIFY_FAILED" in (run.trouble or "")
    assert (tls_smtp.logged_in, tls_smtp.deliveries) == ([], [])
    assert [(it.state, it.tries) for it in await queued(database)] == [("queued", 0)]


async def test_whom_another_authority_vouches_for_gets_nothing_either(
    database: Database, tls_smtp: MailServer, authority: Authority, tmp_path: Path
) -> None:
    run = encrypted(database, tls_smtp, smtp_ca_file=Authority(tmp_path / "another").ca)
    await run.run()
    assert "CERTIFICATE_VERIFY_FAILED" in (run.trouble or "")
    assert tls_smtp.deliveries == []


async def test_a_certificate_for_another_host_will_not_do(
    database: Database, tls_smtp: MailServer, authority: Authority
) -> None:
    run = encrypted(database, tls_smtp, smtp_ca_file=authority.ca, smtp_host="localhost")
    await run.run()
    assert "CERTIFICATE_VERIFY_FAILED" in (run.trouble or "")
    assert tls_smtp.deliveries == []


async def test_a_wrong_password_is_told_and_fails_no_mail(
    database: Database, tls_smtp: MailServer, authority: Authority
) -> None:
    run = encrypted(database, tls_smtp, smtp_ca_file=authority.ca, smtp_user="us", smtp_password="wrong")
    await run.run()
    assert "takes no mails: 535 5.7.8" in (run.trouble or "")
    assert [(it.state, it.tries) for it in await queued(database)] == [("queued", 0)]


async def test_starttls_with_a_server_that_wants_tls_at_once_is_told(
    database: Database, tls_smtp: MailServer, authority: Authority
) -> None:
    """And the other way round: nothing is sent, and no mail fails."""
    is_implicit = tls_smtp.starttls is None
    run = sending(database, tls_smtp, smtp_tls=not is_implicit, smtp_ca_file=authority.ca, smtp_timeout=3.0)
    await run.run()
    assert run.trouble is not None
    assert [(it.state, it.tries) for it in await queued(database)] == [("queued", 0)]


@pytest.mark.parametrize(
    ("given", "is_tls"),
    [
        ({"smtp_port": 465}, True),
        ({"smtp_port": 465, "smtp_tls": ""}, True),
        ({"smtp_port": 465, "smtp_tls": "false"}, False),
        ({"smtp_port": 587}, False),
        ({"smtp_port": 587, "smtp_tls": ""}, False),
        ({"smtp_port": 10465, "smtp_tls": "true"}, True),
    ],
)
def test_on_port_465_there_is_tls_from_the_first_byte_unless_it_is_said_otherwise(
    given: dict[str, Any], *, is_tls: bool
) -> None:
    settings = Settings.model_validate({"database_url": "sqlite+aiosqlite://", "keys_file": "keys.json"} | given)
    assert settings.smtp_is_tls() == is_tls


def test_a_file_that_is_not_there_or_holds_no_certificate_is_refused_at_the_start(
    tmp_path: Path, authority: Authority
) -> None:
    def settings(file: Path | str) -> Settings:
        return Settings.model_validate(
            {"database_url": "sqlite+aiosqlite://", "keys_file": "keys.json", "smtp_ca_file": file}
        )

    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for file in (tmp_path / "nowhere.pem", tmp_path, empty):
        with pytest.raises(ValidationError, match="smtp_ca_file"):
            settings(file)
    shutil.copy(authority.ca, tmp_path / "ca.pem")
    assert settings(tmp_path / "ca.pem").smtp_ca_file == tmp_path / "ca.pem"
    assert settings("").smtp_ca_file is None
