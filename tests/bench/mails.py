"""From queue to sink, against a bare aiosmtplib loop of as many connections, each for one mail, as ours are.

The loop sends one mail over and over that was made beforehand, as bytes; or makes it anew each time, which tells what of
our time goes to queueing and what to writing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib
from faststream.nats import NatsBroker
from sqlalchemy import func, select

from services.notifications import tables
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Letter
from services.notifications.sending.mailer import Mailer
from services.notifications.sending.render import render
from services.notifications.sending.use_cases.send_mails import MailSending
from services.notifications.settings import Settings
from shared import clock
from shared.clock import real_now
from shared.database import Database
from shared.ids import new_id
from shared.messaging.ask import Ask
from shared.messaging.patience import PatientAsk
from tests.bench.ground import Databases, Figures, Ground, clocked, in_turns
from tests.support.processes import HOST, free_port
from tests.support.waiting import eventually
from tests.unit.notifications.samples import ORGANISER, SENDER, content, mail

MAILS = 1_000


async def measure(ground: Ground, figures: Figures) -> None:
    """On PostgreSQL, as production runs; the sink is a process of its own."""
    databases = ground.kinds["postgresql"]
    async with _sink() as port:
        settings = Settings(
            database_url="postgresql+asyncpg://nowhere",
            keys_file=Path("none.json"),
            smtp_host=HOST,
            smtp_port=port,
            smtp_starttls=False,
        )

        made = _made(settings)

        async def ours() -> float:
            return await _send(databases, settings)

        floor, took = await in_turns(lambda: _send_bare(settings, lambda: made), ours)
        figures["mails.vs_bare_loop"] = floor / took
        figures["mails.per_s"] = MAILS / took
        floor, took = await in_turns(lambda: _send_bare(settings, lambda: _made(settings)), ours)
        figures["mails.vs_loop_that_writes"] = floor / took


@asynccontextmanager
async def _sink() -> AsyncIterator[int]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{port}", "-c", "aiosmtpd.handlers.Sink"),
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def answers() -> bool:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return False
        writer.close()
        return True

    try:
        await eventually(answers, within=20)
        yield port
    finally:
        process.terminate()
        await process.wait()


def _made(settings: Settings) -> bytes:
    rendered = render(mail("invoice"), organiser=ORGANISER, sender=SENDER)
    return Mailer(settings).message(mail("invoice"), rendered)


async def _send_bare(settings: Settings, content: Callable[[], bytes]) -> float:
    left = iter(range(MAILS))

    async def send() -> None:
        for _ in left:
            async with aiosmtplib.SMTP(hostname=HOST, port=settings.smtp_port, start_tls=False) as client:
                await client.sendmail(SENDER, ["bo@volda.example"], content())

    with clocked() as took:
        await asyncio.gather(*(send() for _ in range(settings.smtp_connections)))
    return took()


async def _send(databases: Databases, settings: Settings) -> float:
    url = await databases.create("notifications")
    database = Database(url)
    sample = mail("invoice")
    async with database.transaction() as connection:
        await clock.prepare(connection, simulated=False)
        letters = [
            Letter(
                kind="invoice",
                programme=sample.programme,
                party=sample.party,
                person=f"person-{n}",
                name=sample.name,
                address=sample.address,
                language="nb",
                content=content("invoice"),
                event_id=new_id(),
            )
            for n in range(MAILS)
        ]
        await mails.queue(connection, letters, domain="raadet.example", made_at=real_now())
    with clocked() as took:
        await MailSending(database, settings, PatientAsk(Ask(NatsBroker()))).run()
    async with database.reading() as connection:
        sent = select(func.count()).where(tables.mail.c.state == "sent")
        assert (await connection.execute(sent)).scalar_one() == MAILS
    await database.close()
    await databases.remove(url)
    return took()
