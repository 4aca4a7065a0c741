"""A mail server that delivers nowhere keeps files: those that say who was erased are removed, however late they came (N2)."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from services.notifications.forgetting import trial_mails
from shared.database import Database
from shared.messaging import emptying
from tests.integration.notifications.test_forgetting import GONE, forget
from tests.integration.notifications.world import ADA, FakeAsk, queued, sending, take, work
from tests.support.events import party, programme, received
from tests.support.smtp import MailServer
from tests.support.waiting import eventually


def keep(folder: Path, smtp: MailServer) -> None:
    for n, it in enumerate(smtp.deliveries):
        (folder / f"{n:08}.eml").write_bytes(it.content)


def kept(folder: Path) -> list[str]:
    return sorted(it.name for it in folder.iterdir())


async def wipe(database: Database, folder: Path) -> None:
    await emptying.work_of(database, partial(trial_mails.remove, folder)).run()


async def test_what_the_server_took_while_its_person_was_erased_is_removed_too(
    database: Database, ask: FakeAsk, smtp: MailServer, tmp_path: Path
) -> None:
    ask.concerned(1, ADA, GONE)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    assert {it.person for it in await queued(database)} == {ADA.person, GONE.person}
    smtp.hold()
    under_way = asyncio.create_task(sending(database, smtp).run())
    await eventually(lambda: len(smtp.deliveries), equals=2)
    await forget(database)
    await wipe(database, tmp_path)  # nothing is there yet
    smtp.go_on()
    await under_way
    keep(tmp_path, smtp)
    assert len(kept(tmp_path)) == 2
    await wipe(database, tmp_path)
    (left,) = kept(tmp_path)
    assert ADA.email.encode() in (tmp_path / left).read_bytes()


async def test_only_the_mails_that_are_named_are_removed_and_what_is_none_stays(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"Subject: one\r\nMessage-ID: <one@raadet.example>\r\n\r\nHei")
    (tmp_path / "2.eml").write_bytes(b"message-id: <two@raadet.example>\r\n\r\nMessage-ID: <one@raadet.example>\r\n")
    (tmp_path / "3.eml").write_bytes(b"\xff no mail")
    (tmp_path / "one.txt").write_bytes(b"Message-ID: <one@raadet.example>\r\n\r\n")
    await trial_mails.remove(tmp_path, {"one"})
    assert kept(tmp_path) == ["2.eml", "3.eml", "one.txt"]
