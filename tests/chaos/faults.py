"""The faults that a fleet is given while a programme runs, and what must hold afterwards all the same."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from deploy.at_rest import until_at_rest
from deploy.audit.evidence import Evidence, gather
from deploy.audit.invariants import broken
from deploy.nats_config import OPERATOR
from deploy.nats_operator import operator
from services.notifications.sending.use_cases.send_mails import CLAIMED_PER_CONNECTION
from services.notifications.settings import Settings
from tests.chaos.programme import PROGRAMME, all_of, parties, undisturbed_books
from tests.support.access_points import Behaviour
from tests.support.fleet import Fleet
from tests.support.nats import PASSWORDS
from tests.support.waiting import PATIENCE, eventually

BROKER, ACCESS_POINT = "nats", "access point"
MISBEHAVES: tuple[Behaviour, ...] = ("error", "html", "rubbish", "delay", "retry", "refuse", "reject")
# By service, the points at which it dies, one after the other. A message is taken alone only after its batch has died.
POINTS: dict[str, tuple[str, ...]] = {
    "registration": (
        "commit.before:40",
        "commit.after:40",
        "relay.before_publish",
        "relay.published",
        "relay.recorded",
    ),
    "scheduling": ("batch.acked",),
    "billing": ("batch.before_commit", "alone.counted", "work.slice_committed", "delivery.submitted"),
    "notifications": ("batch.committed", "smtp.accepted:5", "smtp.accepted:50"),
}
ACCESS_POINT_PART = "access_point"  # of billing's health
REFUSED = ("rejected", "permanently_failed")
REACHED_WITHIN = 3 * PATIENCE  # seconds, each


@asynccontextmanager
async def killing(fleet: Fleet, chance: random.Random, most: int, *, every: float) -> AsyncIterator[list[str]]:
    """SIGKILL to a service, the broker or the access point at random moments, each once it is ready; `most` of them.

    Yields the victims.
    """
    victims: list[str] = []

    async def kill() -> None:
        while len(victims) < most:
            await asyncio.sleep(chance.uniform(0.2, 2) * every)
            victim = chance.choice([*fleet.replicas, BROKER, ACCESS_POINT])
            if victim == BROKER:
                await fleet.kill_broker()
            elif victim == ACCESS_POINT:
                await fleet.kill_access_point()
            else:
                await chance.choice(fleet.replicas[victim]).end()
            victims.append(victim)

    async with _beside(kill()):
        yield victims


async def misbehaving(fleet: Fleet, chance: random.Random, count: int) -> None:
    """Have the access point answer the first document to each fourth party with an error, or refuse it, or take its time."""
    for party in parties(count)[::4]:
        await fleet.access_point.behave(f"0192:{party}", chance.choice(MISBEHAVES))


@asynccontextmanager
async def dying_at_points(fleet: Fleet) -> AsyncIterator[list[str]]:
    """Each service dies at each of its points. Yields the points that were reached."""
    reached: list[str] = []

    async def die(service: str) -> None:
        points = POINTS[service]
        try:
            await fleet.replicas[service][0].die_at_each(points, within=REACHED_WITHIN * len(points))
        except AssertionError as error:
            error.add_note(f"{service} did not come to all of {points}")
            raise
        reached.extend(points)

    async with _beside(*(die(service) for service in POINTS)):
        yield reached


@asynccontextmanager
async def _beside(*faults: Any) -> AsyncIterator[None]:
    """Run these beside the block, and wait for them at its end: nothing is left out because the block was quick."""
    tasks = [asyncio.create_task(it) for it in faults]
    try:
        yield
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def outcome(fleet: Fleet, count: int, *, parked: int = 0, within: float = 300) -> dict[str, Any]:
    """What came of it. Raises AssertionError where something is not as in an undisturbed run."""
    await until_at_rest(fleet.client, within=within, despite=(ACCESS_POINT_PART,))
    went = await delivered(fleet, within=within)
    await until_at_rest(fleet.client, within=within)
    await eventually(lambda: _unsent(fleet), equals=0, within=within)  # those that a busy machine had put off, too
    evidence = await books_and_evidence(fleet, count, parked=parked, within=within)
    mails = _check_mails(fleet, evidence.mails)
    return counted(evidence) | {"parked": parked, **went, **mails}


async def books_and_evidence(fleet: Fleet, count: int, *, parked: int = 0, within: float = 300) -> Evidence:
    """All but the mails: the same books, and a clean audit. Raises AssertionError."""
    states = await until_at_rest(fleet.client, within=within)
    assert sum(state["parked"] for state in states) == parked, f"not {parked} are parked: {states}"
    books, undisturbed = await fleet.client.get(f"/billing/programmes/{PROGRAMME}/books"), undisturbed_books(count)
    differing = [party for party, expected in undisturbed["parties"].items() if books["parties"].get(party) != expected]
    assert books == undisturbed, f"the books of {len(differing)} differ, as of {differing[:3]}: {books['series']}"
    return await audited(fleet, PROGRAMME)


async def delivered(fleet: Fleet, *, within: float) -> dict[str, int]:
    """Each document has come to its end, and the access point took none twice. Raises AssertionError."""

    async def under_way() -> int:
        return int((await fleet.client.get("/billing/summary", programme=PROGRAMME))["under_way"])

    await eventually(under_way, equals=0, within=within)
    deliveries = await all_of(fleet.client, f"/billing/programmes/{PROGRAMME}/deliveries")
    untold = [it for it in deliveries if it["state"] == "undelivered" and not it["why"]]
    assert not untold, f"nobody is told why: {untold[:3]}"
    accepted = Counter(it.document for it in fleet.access_point.taken() if it.status not in REFUSED)
    assert max(accepted.values(), default=1) == 1, f"taken twice: {accepted.most_common(3)}"
    as_ehf = {it["document_number"] for it in deliveries if (it["state"], it["channel"]) == ("delivered", "ehf")}
    assert as_ehf == accepted.keys(), (
        f"{len(as_ehf - accepted.keys())} were lost, {len(accepted.keys() - as_ehf)} not told"
    )
    return dict(Counter(f"{it['state']}_{it['channel']}" for it in deliveries))


async def audited(fleet: Fleet, programme: str) -> Evidence:
    async with operator(fleet.broker.url, PASSWORDS[OPERATOR]) as nats:
        evidence = await gather(fleet.client, nats, programme)
    assert broken(evidence) == {}, broken(evidence)
    return evidence


async def _unsent(fleet: Fleet) -> int:
    """Mails that wait, be it for their next try."""
    return int((await fleet.client.get("/notifications/operations/state"))["mails_unsent"])


def counted(evidence: Evidence) -> dict[str, int]:
    return {name: len(getattr(evidence, name)) for name in ("agreements", "invoices", "credit_notes", "events")}


def _check_mails(fleet: Fleet, mails: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Each mail arrived, and no other did. One may come again, with the same Message-ID, for each sender that died between."""
    assert {mail["state"] for mail in mails} == {"sent"}, Counter((mail["state"], mail["kind"]) for mail in mails)
    arrived: dict[str, list[float]] = defaultdict(list)
    for delivery in fleet.mails.deliveries:
        arrived[delivery.message_id.strip("<>").partition("@")[0]].append(delivery.at)
    ours = {mail["id"] for mail in mails}
    assert ours == arrived.keys(), f"{len(ours - arrived.keys())} never came, {len(arrived.keys() - ours)} are not ours"
    ended = [end for replica in fleet.replicas["notifications"] for end in replica.ends]
    deaths = [end.at for end in ended if end.code < 0]  # by a signal
    again = {id: times for id, times in arrived.items() if len(times) > 1}
    for id, times in again.items():
        between = sum(times[0] <= at <= times[-1] for at in deaths)
        assert len(times) <= 1 + between, f"mail {id} came {len(times)} times, and {between} senders died in between"
    in_hand = CLAIMED_PER_CONNECTION * Settings.model_fields["smtp_connections"].default
    assert len(again) <= in_hand * len(deaths), f"{len(again)} mails came again, and {len(deaths)} senders died"
    return {"mails": len(mails), "mails_that_came_twice": len(again), "senders_that_died": len(deaths)}


def ends(fleet: Fleet) -> dict[str, int]:
    """How often a process of each service has ended."""
    return {service: sum(len(it.ends) for it in found) for service, found in fleet.replicas.items()}


def seconds_since(began: float) -> float:
    return round(monotonic() - began, 1)
