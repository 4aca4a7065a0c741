"""The scenarios of the long form. Each plays a programme on a fleet of its own, and says what was done and what came out.

An AssertionError says what was not as in an undisturbed run.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import select

from deploy.at_rest import until_at_rest
from deploy.client import Refused
from services.billing import tables
from shared.contracts.catalogue import PUBLISHERS
from shared.contracts.envelope import Event, nats_subject
from shared.contracts.registration import Party
from shared.database import Database
from shared.ids import new_id
from shared.messaging import guard
from shared.messaging.in_hand import key_of
from shared.points import EVENTS, UNREADABLE
from shared.when import When
from tests.chaos import faults
from tests.chaos.nights import mails_of_undisturbed, restored
from tests.chaos.programme import PROGRAMME, Run, parties
from tests.support import events
from tests.support.copies import Copies
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.postgres import Postgres
from tests.support.processes import HOST
from tests.support.smtp import MailServer
from tests.support.waiting import PATIENCE, eventually

WAITING = 0.05  # of a core, at most, while the broker is away
SHARE = 0.05  # of the work, at least, for each of three replicas
# What a replica's log says it did, with how many at once.
WORK = (
    ("scheduling", "messages are handled"),
    ("billing", "messages are handled"),
    ("notifications", "messages are handled"),
    ("notifications", "mails were tried"),
)
BETWEEN = 3.0  # seconds, from one probe to the next
HELD_UP = 10.0  # seconds, at most, for a good event among bad ones
STOPPED = 20.0  # seconds, at most, from SIGTERM to the end
TICKS = os.sysconf("SC_CLK_TCK")  # a second of processor time


@dataclass(frozen=True, kw_only=True)
class Sizes:
    agreements: int
    kills: int

    @property
    def tenth(self) -> int:
        return max(20, self.agreements // 10)


@dataclass(frozen=True, kw_only=True)
class World:
    folder: Path
    nats: NatsServer
    mails: MailServer
    postgres: Postgres | None
    databases: SqliteDatabases | PostgresDatabases
    sizes: Sizes
    chance: random.Random
    injected: dict[str, Any] = field(default_factory=dict)  # what was done to it until now

    @asynccontextmanager
    async def fleet(self, *, replicas: int = 1, environment: Mapping[str, str] | None = None) -> AsyncIterator[Fleet]:
        urls = {service: await self.databases.create(service) for service in PUBLISHERS}
        found = Fleet(self.folder, urls, self.nats, self.mails, replicas=replicas, environment=environment or {})
        try:
            await found.start()
            yield found
        finally:
            await found.stop()


async def undisturbed(world: World) -> dict[str, Any]:
    """What the others are compared with."""
    count = world.sizes.tenth
    async with world.fleet() as fleet:
        await Run(fleet.client, count).play()
        return await faults.outcome(fleet, count)


async def kills(world: World) -> dict[str, Any]:
    """SIGKILL to services, broker and access point at random moments; the access point answers with errors, too."""
    count = world.sizes.agreements
    async with world.fleet() as fleet:
        await faults.misbehaving(fleet, world.chance, count)
        async with faults.killing(fleet, world.chance, world.sizes.kills, every=3.0) as victims:
            world.injected["killed"] = victims
            await Run(fleet.client, count, within=3600).play()
        return await faults.outcome(fleet, count, within=1800)


async def points(world: World) -> dict[str, Any]:
    """A death at each named point."""
    count = world.sizes.tenth
    async with world.fleet() as fleet:
        async with faults.dying_at_points(fleet) as reached:
            world.injected["died at"] = reached
            await Run(fleet.client, count).play()
        return await faults.outcome(fleet, count)


async def broker_away(world: World) -> dict[str, Any]:
    """nats-server stopped for a minute; then its storage deleted, the streams provisioned and republished."""
    count, away = world.sizes.tenth, 60.0
    world.injected.update({"seconds away": away, "storage deleted": 1})
    async with world.fleet() as fleet:
        found: dict[str, Any] = {}

        async def after(part: str) -> None:
            if part == "apply":
                found["away"] = await _stop_broker(fleet, away)

        await Run(fleet.client, count, after=after).play()
        before = await faults.outcome(fleet, count)
        sent = len(world.mails.deliveries)
        restored = await _lose_streams(world, fleet)
        after_all = await faults.outcome(fleet, count)
        assert after_all == before, f"{before} has become {after_all}"
        assert len(world.mails.deliveries) == sent, f"{len(world.mails.deliveries) - sent} mails more were sent"
        return {**found, **restored, **before}


async def _stop_broker(fleet: Fleet, seconds: float) -> dict[str, Any]:
    fleet.broker.stop()
    await asyncio.sleep(2)
    used = {it.service: _processor_time(it.pid) for it in fleet.all}
    began = monotonic()
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        for replica in fleet.all:
            url = f"http://{HOST}:{replica.port}/health"
            assert (await http.get(f"{url}/live")).status_code == httpx.codes.OK
            ready = (await http.get(f"{url}/ready")).json()
            assert (ready["ready"], [it["part"] for it in ready["faults"]]) == (True, ["broker"])
    await asyncio.sleep(seconds - 2)
    took = monotonic() - began
    shares = {it.service: round((_processor_time(it.pid) - used[it.service]) / took, 4) for it in fleet.all}
    await fleet.broker.start()
    back = monotonic()
    for replica in fleet.all:
        await replica.until_ready()
    assert all(not it.ends for it in fleet.all), "a service ended because the broker was away"
    assert max(shares.values()) < WAITING, f"waiting for the broker costs too much: {shares}"
    return {"share_of_a_core": shares, "seconds_until_ready_again": faults.seconds_since(back)}


async def _lose_streams(world: World, fleet: Fleet) -> dict[str, Any]:
    fleet.broker.kill()
    shutil.rmtree(world.folder / "nats" / "jetstream")
    began = monotonic()
    await fleet.broker.start()
    await eventually(lambda: all(it.ends for it in fleet.all))
    ended = faults.seconds_since(began)
    await fleet.provision()
    for service in PUBLISHERS:  # until that is done they serve, degraded by what their streams lack
        await fleet.client.post(f"/{service}/operations/republish")
    for replica in fleet.all:
        await replica.until_ready()
    await until_at_rest(fleet.client, within=300)
    return {"seconds_until_ended_without_consumers": ended, "seconds_until_restored": faults.seconds_since(began)}


async def databases_put_back(world: World) -> dict[str, Any]:
    """All four from different nights, put back under running services, and recovered; one of the recoveries is killed."""
    world.injected.update(dict.fromkeys(("databases put back", "databases recovered"), len(PUBLISHERS)))
    async with world.fleet() as fleet:
        copies = Copies(world.folder / "copies", world.postgres)
        count = world.sizes.tenth
        undisturbed = await mails_of_undisturbed(world.folder / "undisturbed", count)
        return await restored(fleet, copies, world.folder, count, undisturbed=undisturbed)


async def databases_put_back_after_streams_were_lost(world: World) -> dict[str, Any]:
    """The same after NATS lost its storage and nothing was republished; that is done once all are recovered."""
    world.injected.update({"databases put back": len(PUBLISHERS), "storage deleted": 1})
    async with world.fleet() as fleet:
        copies = Copies(world.folder / "copies", world.postgres)
        return await restored(fleet, copies, world.folder, world.sizes.tenth, streams_are_lost=True)


async def database_restarted(world: World) -> dict[str, Any]:
    """PostgreSQL restarted under load, over and over."""
    count = world.sizes.tenth
    world.injected["restarts"] = 0
    assert world.postgres is not None
    async with world.fleet() as fleet:
        running = asyncio.create_task(Run(fleet.client, count).play())
        while not running.done():
            await asyncio.sleep(world.chance.uniform(3, 8))
            with world.postgres.down():
                await asyncio.sleep(world.chance.uniform(0.2, 3))
            world.injected["restarts"] += 1
        await running
        return await faults.outcome(fleet, count)


async def replicas(world: World) -> dict[str, Any]:
    """Three of every service: the same books, and each has its share of the work, as their logs tell."""
    count = world.sizes.tenth * 2
    world.injected["replicas of each"] = 3
    async with world.fleet(replicas=3, environment={"KULTURSKOLE_LOG_LEVEL": "DEBUG"}) as fleet:
        await Run(fleet.client, count).play()
        found = await faults.outcome(fleet, count)
        shares = {}
        for service, message in WORK:
            done = [_counted(it.log(), message) for it in fleet.replicas[service]]
            shares[f"{service}, {message}"] = [round(it / sum(done), 2) for it in done]
        assert min(min(each) for each in shares.values()) > SHARE, f"someone does all the work: {shares}"
        return {"shares": shares, **found}


def _counted(log: str, message: str) -> int:
    """The sum of `count` over the lines of a log that say this."""
    lines = (json.loads(line) for line in log.splitlines() if line.startswith("{") and message in line)
    return sum(line["count"] for line in lines if line["event"] == message)


async def bad_events(world: World) -> dict[str, Any]:
    """One in a hundred is undecodable, unknown or raises: parked, and nothing good is held up."""
    total = world.sizes.agreements * 5
    async with world.fleet() as fleet:
        await Run(fleet.client, 20).play()
        before = await faults.outcome(fleet, 20)
        messages = [(nats_subject(it), _body(it)) for it in (_stranger(n) for n in range(total))]
        bad = [_bad(n) for n in range(total // 100)]
        world.injected.update({"good events": total, "bad events": len(bad)})
        for subject, body in bad:
            messages.insert(world.chance.randrange(len(messages)), (subject, body))
        enough = asyncio.Event()
        probing = asyncio.create_task(_probe(fleet, enough))
        began = monotonic()
        await _publish(fleet, messages)
        # All three consumers of registration's events park what cannot be read. The session's event can be read, and raises in
        # billing alone.
        expected = sum(1 if subject.startswith("kulturskole.scheduling") else 3 for subject, _ in bad)
        await eventually(lambda: _parked(fleet), equals=expected)
        parked_after = faults.seconds_since(began)
        enough.set()
        held_up = await probing
        assert max(held_up.values()) < HELD_UP, f"good events were held up: {held_up}"
        found = await faults.outcome(fleet, 20, parked=expected)
        may_differ = {"parked": 0, "events": before["events"]}  # the probes have planned sessions
        assert found | may_differ == before, f"{before} has become {found}"
        return {
            "seconds_until_all_were_parked": parked_after,
            "seconds_that_a_good_one_was_held_up": held_up,
            **found,
        }


async def killing_events(world: World) -> dict[str, Any]:
    """Three events kill whoever handles them, and two already who reads them: parked, and all others applied."""
    killers, unreadable = [_stranger(n) for n in range(3)], [_stranger(n) for n in range(3, 5)]
    world.injected["killing events"] = len(killers) + len(unreadable)
    deadly = {EVENTS: ",".join(it.id for it in killers), UNREADABLE: ",".join(it.id for it in unreadable)}
    async with world.fleet(environment=deadly) as fleet:
        await Run(fleet.client, 20).play()
        before = await faults.outcome(fleet, 20)
        events = [_stranger(n) for n in range(10, 110)]
        for killer in (*killers, *unreadable):
            events.insert(world.chance.randrange(len(events)), killer)
        began = monotonic()
        await _publish(fleet, [(nats_subject(it), _body(it)) for it in events])
        await eventually(lambda: _parked(fleet), equals=15)  # five, by each of three consumers
        await until_at_rest(fleet.client)
        parked_after = faults.seconds_since(began)
        found = await faults.outcome(fleet, 20, parked=15)
        may_differ = {"parked": 0, "senders_that_died": 0}
        assert found | may_differ == before, f"{before} has become {found}"
        return {
            "deaths": faults.ends(fleet),
            "seconds_until_all_were_parked": parked_after,
            **found,
        }


async def told_to_stop(world: World) -> dict[str, Any]:
    """SIGTERM under load, many times: stopped in time, and nothing applied twice."""
    count = world.sizes.tenth
    async with world.fleet() as fleet:
        running = asyncio.create_task(Run(fleet.client, count).play())
        took: list[float] = []
        world.injected["sigterms"] = 0
        while not running.done():
            await asyncio.sleep(world.chance.uniform(0.5, 2))
            took.append(await world.chance.choice(fleet.all).end(signal.SIGTERM))
            world.injected["sigterms"] += 1
        await running
        codes = sorted({end.code for it in fleet.all for end in it.ends})
        assert codes == [0], f"some ended otherwise: {codes}"
        assert max(took) < STOPPED, f"some took longer to stop: {sorted(took)[-3:]}"
        return {
            "longest_stop_s": round(max(took), 2),
            **await faults.outcome(fleet, count),
        }


async def _probe(fleet: Fleet, enough: asyncio.Event) -> dict[str, float]:
    """The longest that it takes until scheduling knows of a party, and billing of a session, asked over and over."""
    longest = {"scheduling": 0.0, "billing": 0.0}
    billing = Database(fleet.urls["billing"])
    for n, number in zip(range(10, 100), parties(2_000)[-500:], strict=False):  # a session's number has two digits
        party = {
            "organisation_number": number,
            "kind": "municipality",
            "municipality_number": "1506",
            "name": "Prøve",
            "language_form": "bokmål",
            "address": {"street": "Gata", "postal_code": "6413", "city": "Molde"},
        }
        meeting = {
            "kind": "contract_meeting",
            "format": "digital",
            "title": "Møte",
            "party": number,
            "when": {"months": ["2024-08"]},
        }
        await fleet.client.post("/registration/parties", party)
        began = monotonic()
        while True:
            try:
                await fleet.client.post(f"/scheduling/programmes/{PROGRAMME}/sessions", meeting)
                break
            except Refused as refused:
                if refused.status != httpx.codes.NOT_FOUND:
                    raise
            await asyncio.sleep(0.05)
        longest["scheduling"] = max(longest["scheduling"], faults.seconds_since(began))
        session = await fleet.client.post(f"/scheduling/programmes/{PROGRAMME}/sessions", JOINT | {"number": n})
        began = monotonic()
        await eventually(partial(_knows, billing, session["id"]))
        longest["billing"] = max(longest["billing"], faults.seconds_since(began))
        if enough.is_set():
            break
        await asyncio.sleep(BETWEEN)
    await billing.close()
    return longest


async def _knows(database: Database, session: str) -> bool:
    query = select(tables.session.c.id).where(tables.session.c.id == session)
    async with database.reading() as connection:
        return (await connection.execute(query)).first() is not None


JOINT = {"kind": "joint_session", "format": "digital", "title": "Prøve", "when": {"months": ["2024-12"]}}


def _stranger(n: int) -> Event[Party]:
    """The event of a party that has nothing to do with the programme."""
    return events.party(n, organisation_number=f"{800_000_000 + n}", kind="county_branch")


def _bad(n: int) -> tuple[str, bytes]:
    """Subject and body of the n-th kind of message that cannot be handled."""
    good = _stranger(700_000 + n)
    content = json.loads(_body(good)) | {"id": new_id()}
    match n % 5:
        case 0:
            return nats_subject(good), f"\\xff no json {n}".encode()
        case 1:
            return nats_subject(good), json.dumps(content | {"type": "kulturskole.registration.party.lost.v1"}).encode()
        case 2:
            return nats_subject(good), json.dumps(content | {"type": f"{good.type[:-1]}99"}).encode()
        case 3:
            return nats_subject(good), json.dumps(content | {"data": {"version": 1}}).encode()
        case _:
            event = events.session(id=new_id(), programme="another", when=When(months=("2025-12",)))
            content = json.loads(_body(event))
            content["data"]["state"] = "postponed"  # a code that billing does not know: its handler raises
            return nats_subject(event), json.dumps(content).encode()


def _body(event: Event[Any]) -> bytes:
    return event.model_dump_json(exclude_none=True).encode()


async def _publish(fleet: Fleet, messages: list[tuple[str, bytes]]) -> None:
    """As a faulty publisher would: past its outbox. The services are told that these are not theirs, or they would not serve."""
    users = ("registration", "scheduling")
    for user in users:
        database = Database(fleet.urls[user])
        async with database.transaction() as connection:
            for _, body in messages:
                await guard.disown(connection, key_of(body), by="chaos")
        await database.close()
    clients = {user: await fleet.broker.client(user) for user in users}
    for subject, body in messages:
        user = subject.split(".")[1]
        await clients[user].jetstream().publish(subject, body, stream=user.upper())
    for client in clients.values():
        await client.close()


async def _parked(fleet: Fleet) -> int:
    states = [await fleet.client.get(f"/{service}/operations/state") for service in PUBLISHERS]
    return sum(state["parked"] for state in states)


def _processor_time(pid: int | None) -> float:
    """Seconds that a process has used, by Linux's account."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
