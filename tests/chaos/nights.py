"""Databases that are put back from different nights while all four services run, and recovered from the streams.

A dump takes one database after another, so no two of them are of the same moment. What is put back is noticed while it is
used; each is recovered beside its service, which waits for it; the office says anew what no event carries; then the programme
goes on. It ends as it does undisturbed, and nobody is written to twice.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.at_rest import until_at_rest
from deploy.client import Client
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.points import VARIABLE
from tests.chaos import faults
from tests.chaos.office import missing, say_anew
from tests.chaos.programme import (
    ASSESSMENT,
    CONTACT_PERSON,
    PROGRAMME,
    ROLES,
    Run,
    agreement,
    all_of,
    application,
    of_programme,
)
from tests.support.copies import Copies
from tests.support.databases import SqliteDatabases
from tests.support.fleet import Fleet, Replica
from tests.support.nats import NatsServer
from tests.support.processes import HOST
from tests.support.recovering import by_command
from tests.support.smtp import Delivery, MailServer
from tests.support.waiting import eventually

NEXT = "neste-2025"
TUVA, ARNE = ({"name": f"{name} Lie", "email": f"{name.lower()}0@raadet.example"} for name in ("Tuva", "Arne"))
# After which part of the programme each database is kept: registration's before anyone has applied.
NIGHTS = {
    "open": "registration",
    "form_groups": "notifications",
    "send_agreements": "scheduling",
    "first_session": "billing",
}
LOST_AFTER = "second_session"
# Where `recover` dies at its first try: before its own events are in, and after that, but before the others' are.
KILLED_AT = {"registration": "commit.before:2", "billing": "commit.after:2"}
Mails = Counter[tuple[str, str]]  # recipient and subject


class Story(Run):
    """With what a restore has to bring back besides: another programme, in which an agreement is signed by one of three; an
    advisor who takes over; sessions that swap their instalments, and swap them back.
    """

    def __init__(self, client: Client, count: int, *, after: Callable[[str], Awaitable[None]] | None = None) -> None:
        super().__init__(client, count, after=after)
        self.despite: Sequence[str] = ()
        self.first = self._parties[0]
        self._half_signed = ""

    async def rest(self) -> None:
        await until_at_rest(self._client, within=300, despite=self.despite)

    async def send_agreements(self) -> None:
        await super().send_agreements()
        await self._open_next()
        arne = await self._post("/registration/advisors", ARNE)
        await self._post(of_programme(f"groups/{self.first}/advisor"), {"advisor": arne["id"]})
        await self.rest()

    async def first_session(self) -> None:
        await super().first_session()
        for n, instalment in ((2, None), (3, 2), (2, 3), (2, None), (3, 3), (2, 2)):
            await self.change(n, "instalment", instalment=instalment)
        await self.rest()

    async def third_session(self) -> None:
        for role in ROLES:  # the first of them, given before, made no event
            await self._sign_next(role)
        await super().third_session()

    async def _open_next(self) -> None:
        programme = {"name": "Neste", "period_start": "2024-08-01", "period_end": "2026-12-31", "fee_ore": 900_000}
        programme |= {"contact_person": CONTACT_PERSON}
        await self._post("/registration/programmes", programme | {"code": NEXT})
        applied = await self._post(of_programme("applications", NEXT), application(self.first))
        await self._post(f"/registration/applications/{applied['id']}/assessment", ASSESSMENT)
        await self._form_group(self.first, NEXT)
        sent = await self._post(of_programme("agreements", NEXT), agreement(self.first))
        self._half_signed = sent["id"]
        await self._sign_next(ROLES[0])

    async def _sign_next(self, role: str) -> None:
        body = {"signatory": role, "place": "Molde", "signed_on": date(2024, 8, 15).isoformat()}
        await self._post(f"/registration/agreements/{self._half_signed}/signatures", body)


class Nights:
    """Keeps copies of a fleet's databases, and puts them back. `folder` is the fleet's."""

    def __init__(self, fleet: Fleet, copies: Copies, folder: Path) -> None:
        self._fleet = fleet
        self._copies = copies
        self._folder = folder
        self._kept: dict[str, str] = {}

    async def keep(self, service: str) -> None:
        """As a dump does. A PostgreSQL server copies a database only while nobody uses it."""
        async with self._stopped(service), self._database(service) as database:
            self._kept[service] = await self._copies.take(database)

    async def put_back_under_running_services(self) -> None:
        """Each notices that its database is older, serves nothing, and waits."""
        for service, copy in self._kept.items():
            async with self._database(service) as database:
                await self._copies.exchange(database, copy)
        for replica in self._fleet.all:
            await eventually(partial(_is_older, replica))

    async def recover(self) -> None:
        """Each beside its service, which goes on by itself then. Some are killed half-way, and run again."""
        for service in PUBLISHERS:
            recover = partial(
                by_command,
                ("recover", service),
                database_url=self._fleet.urls[service],
                nats_url=self._fleet.broker.url,
                folder=self._folder,
            )
            if service in KILLED_AT:
                code, _ = await recover(environment={VARIABLE: KILLED_AT[service]})
                assert code < 0, f"recover {service} was not killed"
            code, said = await recover(environment={})
            assert (code, said["done"], said["invalid"]) == (0, True, []), said

    @asynccontextmanager
    async def _stopped(self, service: str) -> AsyncIterator[None]:
        replicas = [] if self._copies.are_of_files else self._fleet.replicas[service]
        for replica in replicas:
            await replica.stop()
        yield
        for replica in replicas:
            replica.start()

    @asynccontextmanager
    async def _database(self, service: str) -> AsyncIterator[Database]:
        database = Database(self._fleet.urls[service])
        try:
            yield database
        finally:
            await database.close()


async def restored(
    fleet: Fleet,
    copies: Copies,
    folder: Path,
    count: int,
    *,
    streams_are_lost: bool = False,
    undisturbed: Mails | None = None,
) -> dict[str, Any]:
    """The story with all four databases put back, and what came of it. Raises AssertionError where that is not as undisturbed.

    With `streams_are_lost`, NATS loses its storage before the first night, and nothing is republished: each stream begins
    later than the databases, which are put back from after that. `undisturbed` has all mails of a story that nobody disturbs.
    """
    nights = Nights(fleet, copies, folder)

    async def after(part: str) -> None:
        if part == "open" and streams_are_lost:
            await _lose_streams(fleet, folder)
            story.despite = ("stream",)
        if part in NIGHTS:
            await nights.keep(NIGHTS[part])
        if part == LOST_AFTER:
            await story.rest()
            await nights.put_back_under_running_services()
            await nights.recover()
            if streams_are_lost:
                for service in PUBLISHERS:
                    await fleet.client.post(f"/{service}/operations/republish")
            story.despite = ()
            await story.rest()
            await _check_what_is_missing(fleet.client)
            await say_anew(fleet.client, {(PROGRAMME, story.first): ARNE, (NEXT, story.first): TUVA})
            await story.rest()

    story = Story(fleet.client, count, after=after)
    await story.play()
    await story.check_the_year()
    await faults.delivered(fleet, within=300)
    evidence = await faults.books_and_evidence(fleet, count)
    assert (await faults.audited(fleet, NEXT)).agreements[0]["signed_on"] == "2024-08-15"
    await _check_that_nobody_is_told_twice(fleet)
    mails = _mails(fleet.mails.deliveries)
    if undisturbed is not None:
        assert mails == undisturbed, f"more: {mails - undisturbed}, less: {undisturbed - mails}"
    return faults.counted(evidence) | {"mails": mails.total()}


async def _check_that_nobody_is_told_twice(fleet: Fleet) -> None:
    """By address: whoever was lost, and said anew, is the same person in calendars."""
    mails = {
        mail["id"]: mail
        for programme in (PROGRAMME, NEXT)
        for mail in await all_of(fleet.client, "/notifications/mails", programme=programme)
    }
    told: Counter[tuple[Any, ...]] = Counter()
    for delivery in fleet.mails.deliveries:
        mail = mails[delivery.message_id.strip("<>").partition("@")[0]]
        told[delivery.recipients[0], mail["event"] or (mail["session"], _sequence(delivery))] += 1
    assert {mail["state"] for mail in mails.values()} == {"sent"}
    assert told.total() == len(mails)
    assert [it for it, times in told.items() if times > 1] == []


async def _check_what_is_missing(client: Client) -> None:
    found = {service: {it["entity"] for it in await missing(client, service)} for service in PUBLISHERS}
    assert found == {
        "registration": {
            "advisor",
            "agreement",
            "application",
            "attendance",
            "concern",
            "contact_person",
            "participant",
            "programme",
            "signatory",
        },
        "scheduling": {"days_to_avoid", "plan"},  # since the plan was revised
        "billing": set(),
        "notifications": {"mail"},
    }


async def _is_older(replica: Replica) -> bool:
    async with httpx.AsyncClient() as http:
        with suppress(httpx.HTTPError):
            answer = await http.get(f"http://{HOST}:{replica.port}/health/ready")
            said = answer.json()
            return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "recover" in str(said["faults"])
    return False


async def _lose_streams(fleet: Fleet, folder: Path) -> None:
    fleet.broker.kill()
    shutil.rmtree(folder / "nats" / "jetstream")
    await fleet.broker.start()
    await fleet.provision()


def _sequence(delivery: Delivery) -> str:
    (calendar,) = [it.get_content() for it in delivery.message.walk() if it.get_content_type() == "text/calendar"]
    return str(re.findall(r"^SEQUENCE:(\d+)", calendar, re.MULTILINE)[0])


def _mails(deliveries: Sequence[Delivery]) -> Mails:
    """Which number whose document got may differ from run to run."""
    return Counter((it.recipients[0], re.sub(r"(FK\d)-\d+", r"\1", str(it.message["subject"]))) for it in deliveries)


async def mails_of_undisturbed(folder: Path, count: int) -> Mails:
    """Of a fleet of its own, on SQLite."""
    nats, mails = NatsServer(folder / "nats"), MailServer()
    (folder / "databases").mkdir(parents=True)
    databases = SqliteDatabases(folder / "databases")
    await asyncio.gather(nats.start(), mails.start())
    fleet = Fleet(folder, {service: await databases.create(service) for service in PUBLISHERS}, nats, mails)
    try:
        await fleet.start()
        await Story(fleet.client, count).play()
        await faults.books_and_evidence(fleet, count)
    finally:
        await fleet.stop()
        await mails.stop()
        nats.stop()
    return _mails(mails.deliveries)
