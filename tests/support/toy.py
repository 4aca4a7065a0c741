"""The smallest service that uses all of the kernel, for tests: it keeps parties, and adds a mark for each event of one.

`python -m tests.support.toy billing` runs it as the process it would be; the name says which service it stands for.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Integer, MetaData, String, Table

from shared import clock, kept_files, logs
from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.contracts.questions import Message, Question
from shared.contracts.registration import Party
from shared.database import Counted, Database
from shared.messaging import outbox
from shared.messaging import tables as kernel
from shared.messaging.batch import Retries
from shared.messaging.consume import Consumers
from shared.messaging.due_work import Work
from shared.messaging.facts import Added, Fact, Newest
from shared.service import Service, serve
from shared.settings import ServiceSettings
from tests.support import events

metadata = MetaData()
party = Table(
    "party",
    metadata,
    Column("id", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String, nullable=False),
)
mark = Table("mark", metadata, Column("id", Counted, primary_key=True), Column("party", String(9), nullable=False))

RAISES, KILLS = "raises", "kills"
MENDED = "TOY_MENDED"  # in the environment: the handler's fault is mended
QUICK = Retries(delays=(0.1, 0.1, 0.2, 0.2))


def consumers(service: str = "billing") -> Consumers:
    found = Consumers(service)

    @found.on(registration.PARTY_REGISTERED, registration.PARTY_CHANGED)
    def remember(event: Event[Party]) -> Iterable[Fact]:
        it = event.data
        if MENDED not in os.environ:
            if it.name == RAISES:
                msg = "this handler has a fault"
                raise RuntimeError(msg)
            if it.name == KILLS:
                os.kill(os.getpid(), signal.SIGKILL)
        yield Newest(party, id=it.organisation_number, version=it.version, name=it.name)
        yield Added(mark, party=it.organisation_number)

    return found


def nobody(service: str) -> Consumers:
    return Consumers(service)


async def create_tables(database: Database) -> None:
    async with database.transaction() as connection:
        for each in (metadata, kernel.metadata, clock.metadata, kept_files.metadata):
            await connection.run_sync(each.create_all)


def a_party(number: int, name: str = "Trondheim", version: int = 1) -> Party:
    return events.party(number, version, name=name).data


async def tell(database: Database, parties: Sequence[Party]) -> list[Event[Party]]:
    """Add an event to the outbox for each of these parties."""
    async with database.transaction() as connection:
        now = await clock.now(connection)
        return await outbox.add(connection, registration.PARTY_REGISTERED, parties, at=now)


class Name(Message):
    name: str


class WhatIsYourName(Question[Name]):
    subject = "rpc.registration.name"
    answer = Name


async def say_name(database: Database, question: WhatIsYourName) -> Name:
    return Name(name="registration")


def create(
    name: str,
    settings: ServiceSettings,
    heard: Consumers | None = None,
    retries: Retries = QUICK,
    *,
    answers: bool = False,
) -> Service:
    if heard is None:
        heard = consumers(name) if name == "billing" else nobody(name)
    database = Database(settings.database_url)
    return Service(
        name=name,
        settings=settings,
        database=database,
        consumers=heard,
        routers=[],
        answers={WhatIsYourName: say_name} if answers else {},
        work=lambda _: [Work("nothing", nothing)],
        retries=retries,
        is_migrated=False,
    )


async def nothing() -> None:
    """The work of a toy; a test may put something else in its place."""


if __name__ == "__main__":
    logs.configure("INFO", service=sys.argv[1])
    sys.exit(asyncio.run(serve(lambda: create(sys.argv[1], ServiceSettings()))))
