"""A restore as it befalls one service: a database that is put back from an older moment, and recovered from the streams.

What came before and after that moment is played on the service as it runs, with a real nats-server; the others' events are
published past their outboxes. What is compared is every row of every table, but for what is only known to who was there.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from nats.aio.msg import Msg
from pydantic import BaseModel
from sqlalchemy import select

from deploy.nats_config import OPERATOR
from deploy.parts import PARTS
from deploy.provisioning import provision_all
from deploy.write_migration import tables_of
from shared.contracts.catalogue import stream_of
from shared.contracts.envelope import Event, nats_subject
from shared.contracts.questions import Question
from shared.database import Database
from shared.ids import new_id
from shared.messaging import marks
from shared.messaging.broker import flush
from shared.messaging.rebuild import Report as Rebuilt
from shared.messaging.rebuild import rebuild
from shared.messaging.recover import Report, recover
from shared.messaging.relay import count_unsent
from shared.service import Service
from shared.web import keys
from tests.support.api import Api
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.recovering import by_command
from tests.support.waiting import eventually

# When something came in, who asked for it, and the order in which rows were counted up, are this database's own business.
OWN = {"added_at", "published_at", "handled_at", "changed_by", "decided_by", "position", "left_at"}
# What is still to be done, and when; how far streams were read, which recovering notes after what it read; and who asked for
# what, which no event carries.
LEFT_OUT = ("work_mark", "work_lock", "attempt", "clock", "taken_in", "recovery", "change")
Rows = dict[str, list[dict[str, Any]]]


class Drill:
    def __init__(self, service: str, nats: NatsServer, folder: Path) -> None:
        self.part = next(it for it in PARTS if it.name == service)
        self.nats = nats
        self._folder = folder
        self._secrets = [
            keys.create(folder / "keys.json", name=f"the {role}", role=role) for role in ("reader", "administrator")
        ]

    async def provision(self) -> None:
        await provision_all(self.nats.url, PASSWORDS[OPERATOR])

    async def publish(self, *events: Event[Any]) -> None:
        """As the services whose they are."""
        for event in events:
            user = event.source.rpartition("/")[2]
            client = await self.nats.client(user)
            body = event.model_dump_json(exclude_none=True).encode()
            await client.jetstream().publish(nats_subject(event), body, stream=stream_of(user))
            await client.close()

    @asynccontextmanager
    async def running(self, database: Database, *, leaves: int = 0, **settings: Any) -> AsyncIterator[Api]:
        """The service on this database; before and at the end it comes to rest, but for what it `leaves` undone."""
        service = self.part.create(
            self.part.settings(
                database_url=database.url.render_as_string(hide_password=False),
                nats_url=self.nats.url,
                nats_user=self.part.name,
                nats_password=PASSWORDS[self.part.name],
                keys_file=self._folder / "keys.json",
                simulated_clock=True,
                **settings,
            )
        )
        try:
            await service.start()
            transport = httpx.ASGITransport(app=service.api, raise_app_exceptions=False)
            clients = [
                httpx.AsyncClient(
                    transport=transport, base_url="http://service", headers={"Authorization": f"Bearer {it}"}
                )
                for it in self._secrets
            ]
            await self._until_left(service, leaves)
            yield Api(*clients)
            await self._until_left(service, leaves)
            for client in clients:
                await client.aclose()
        finally:
            await service.stop()

    async def _until_left(self, service: Service, leaves: int) -> None:
        """It has taken in and told all there is, and done what is due, but for so much."""
        assert service.client is not None
        jsm = service.client.jsm()

        async def left() -> int:
            infos = [await jsm.consumer_info(stream, service.name) for stream in service.streams]
            lag = sum((it.num_pending or 0) + (it.num_ack_pending or 0) for it in infos)
            async with service.database.reading() as connection:
                marked, _ = await marks.count_and_oldest(connection)
            mails = sum([(await work.mails()).sendable for work in service.work if work.mails is not None])
            marked += sum([await work.due() for work in service.work if work.due is not None])
            return lag + marked + mails + await count_unsent(service.database)

        await eventually(left, equals=leaves)

    @asynccontextmanager
    async def answering(self, answers: Mapping[type[Question[Any]], BaseModel]) -> AsyncIterator[None]:
        """The other services answer this, whatever they are asked exactly."""
        clients = []
        for question, answer in answers.items():
            client = await self.nats.client(question.subject.split(".")[1])
            envelope = json.dumps({"ok": True, "answer": answer.model_dump(mode="json")}).encode()

            async def reply(message: Msg, envelope: bytes = envelope) -> None:
                await message.respond(envelope)

            await client.subscribe(question.subject, cb=reply)
            await flush(client)
            clients.append(client)
        try:
            yield
        finally:
            for client in clients:
                await client.close()

    def example(self, name: str, **changes: Any) -> Event[Any]:
        """An event of the service's own that it never told."""
        kind = next(it for it in self.part.adoptions if it.name == name)
        example = kind.example()
        return kind.event(example.data.model_copy(update=changes), id=new_id(), time=example.time)

    async def recover(self, database: Database, *, do: bool = True, disown: Sequence[str] = ()) -> Report:
        client = await self.nats.client(OPERATOR)
        try:
            return await recover(client, database, self.part.consumers, self.part.adoptions, do=do, disown=disown)
        finally:
            await client.close()
            await database.close()

    async def rebuild(self, database: Database, *, do: bool = True, **options: Any) -> Rebuilt:
        client = await self.nats.client(OPERATOR)
        try:
            return await rebuild(client, database, self.part.consumers, do=do, **options)
        finally:
            await client.close()
            await database.close()

    async def recover_by_command(self, database: Database, **environment: str) -> tuple[int, Mapping[str, Any]]:
        return await self.by_command("recover", database, **environment)

    async def by_command(self, command: str, database: Database, **environment: str) -> tuple[int, Mapping[str, Any]]:
        """As an operator types it; the exit code, and what it says."""
        url = database.url.render_as_string(hide_password=False)
        of = (command, self.part.name)
        return await by_command(
            of, database_url=url, nats_url=self.nats.url, folder=self._folder, environment=environment
        )

    async def rows(self, database: Database, *, without: Sequence[str] = ()) -> Rows:
        """Of all tables, in an order of their own. What is sent is told apart from what is not."""
        found: Rows = {}
        async with database.reading() as connection:
            for table in [it for of in (None, self.part.name) for it in tables_of(of).sorted_tables]:
                if table.name in LEFT_OUT:
                    continue
                rows = [dict(row) for row in (await connection.execute(select(table))).mappings()]
                if table.name == "outbox":
                    rows = [row | {"is_sent": row["published_at"] is not None} for row in rows]
                kept = [{k: v for k, v in row.items() if k not in {*OWN, *without}} for row in rows]
                found[table.name] = sorted(kept, key=repr)
        return found

    async def messages(self) -> int:
        """In the service's own stream."""
        client = await self.nats.client(OPERATOR)
        try:
            return int((await client.jsm().stream_info(stream_of(self.part.name))).state.messages)
        finally:
            await client.close()


DrillOf = Callable[[str], Awaitable[Drill]]


@pytest.fixture
def drill_of(nats: NatsServer, tmp_path: Path) -> DrillOf:
    async def make(service: str) -> Drill:
        found = Drill(service, nats, tmp_path)
        await found.provision()
        return found

    return make
