"""From the request that completes a session until another system sees `invoice.issued`, while nothing else goes on.

Against the sum of the parts that cannot be left out, each measured alone: the request with its commit, twice a publish
and the way to who fetches it, the commit of the facts, the commit of the invoice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

from nats.js.client import JetStreamContext

from deploy.at_rest import until_at_rest
from deploy.nats_config import DOMAIN
from deploy.subscribers.subscriber import READER
from services.billing import tables
from services.billing.consumers import consumers
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from shared.contracts import registration
from shared.contracts.billing import INVOICE_ISSUED
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.messaging import inbox
from shared.messaging.facts import record
from tests.bench import billing
from tests.bench.ground import Databases, Figures, Ground
from tests.chaos.programme import DAYS, Run
from tests.support import events
from tests.support.facts import facts_of
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.smtp import MailServer
from tests.support.waiting import eventually
from tests.unit.billing.samples import SELLER

SAMPLES = 40


async def measure(ground: Ground, figures: Figures) -> None:
    """The services as processes, on PostgreSQL."""
    databases = ground.kinds["postgresql"]
    folder = ground.new_folder()
    nats, mails = NatsServer(folder / "nats", sync_always=True), MailServer()
    await nats.start()
    await mails.start()
    fleet = Fleet(folder, {it: await databases.create(it) for it in PUBLISHERS}, nats, mails)
    await fleet.start()
    try:
        whole, request = await _complete_over_and_over(fleet, nats)
        await fleet.stop()  # it would take what the parts are measured with
        parts = {"request": request, **await _broker_parts(nats), **await _database_parts(databases)}
    finally:
        await mails.stop()
        nats.stop()
    figures["latency.completed_to_issued.p50_ms"] = whole * 1000
    figures |= {f"latency.parts.{name}_ms": seconds * 1000 for name, seconds in parts.items()}
    figures["latency.completed_to_issued.vs_parts"] = whole / sum(parts.values())


async def _complete_over_and_over(fleet: Fleet, nats: NatsServer) -> tuple[float, float]:
    """Middle seconds until the invoice is seen, and until the request is answered."""
    run = Run(fleet.client, 1)
    for part in (run.open, run.apply, run.form_groups, run.send_agreements):
        await part()
    await run.on(DAYS[1])
    reader = await nats.client_of(nats.subscribers.folder.credentials(READER))
    subscription = await reader.jetstream(domain=DOMAIN).pull_subscribe_bind(READER, "BILLING")
    whole, requests = [], []
    for _ in range(SAMPLES):
        seen = asyncio.create_task(_next_invoice(subscription))
        await asyncio.sleep(0.3)  # it waits by now, and nothing else goes on
        began = perf_counter()
        await run.change(1, "completion")
        requests.append(perf_counter() - began)
        await seen
        whole.append(perf_counter() - began)
        await run.change(1, "completion-revoked")
        await until_at_rest(fleet.client)
    await reader.close()
    return median(whole), median(requests)


async def _next_invoice(subscription: JetStreamContext.PullSubscription) -> None:
    while True:
        try:
            messages = await subscription.fetch(1, timeout=10)
        except TimeoutError:
            continue
        for message in messages:
            await message.ack()
            if json.loads(message.data)["type"] == INVOICE_ISSUED.type:
                return


async def _broker_parts(nats: NatsServer) -> dict[str, float]:
    """From a publish until a waiting consumer has it; twice, for the event of the session and that of the invoice."""
    operator, publisher = await nats.client(), await nats.client("registration")
    consumer = await nats.client("scheduling")
    pull = await consumer.jetstream().pull_subscribe_bind("scheduling", "REGISTRATION")
    await eventually(lambda: _emptied(pull), within=20)
    body = b"x" * 800
    published, delivered = [], []
    for _ in range(SAMPLES):
        fetched = asyncio.create_task(pull.fetch(1, timeout=5))
        await asyncio.sleep(0.05)
        began = perf_counter()
        subject = registration.PARTY_REGISTERED.filter.replace("*.*", "_.900000001")
        await publisher.jetstream().publish(subject, body)
        published.append(perf_counter() - began)
        (message,) = await fetched
        delivered.append(perf_counter() - began)
        await message.ack()
    for client in (operator, publisher, consumer):
        await client.close()
    twice = 2 * max(median(published), median(delivered))
    return {"publish_and_fetch_twice": twice}


async def _emptied(pull: JetStreamContext.PullSubscription) -> bool:
    try:
        for message in await pull.fetch(100, timeout=0.2):
            await message.ack()
    except TimeoutError:
        return True
    return False


async def _database_parts(databases: Databases) -> dict[str, float]:
    """The commit of the facts with their inbox row, and of the invoice with its event."""
    database = await billing.ready(databases, 1)
    await issue_what_is_due(database, events.PROGRAMME, SELLER)
    facts, invoices = [], []
    for version in range(10, 10 + 2 * SAMPLES, 2):
        await _take(database, events.completion_revoked(1, version))
        await issue_what_is_due(database, events.PROGRAMME, SELLER)
        event = events.completed(1, version + 1)
        facts.append(await _timed(lambda event=event: _take(database, event)))  # type: ignore[misc]
        invoices.append(await _timed(lambda: issue_what_is_due(database, events.PROGRAMME, SELLER)))
    assert await billing.count(database, tables.invoice) == 1 + SAMPLES
    await billing.done_with(databases, database)
    return {"commit_of_the_facts": median(facts), "commit_of_the_invoice": median(invoices)}


async def _take(database: Database, event: Any) -> None:
    async with database.transaction() as connection:
        await inbox.enter(connection, [("joint_session", event.id)])
        await record(connection, facts_of(consumers, event))


async def _timed(do: Callable[[], Awaitable[None]]) -> float:
    began = perf_counter()
    await do()
    return perf_counter() - began
