"""A subscriber reads its own and can do nothing else: asked of a real nats-server, request by request."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import nats.errors
import pytest
from nats.aio.msg import Msg

from deploy.nats_config import DOMAIN, RELOAD, in_domain, read_through, reset
from deploy.subscribers.accounts import CONNECTIONS, LARGEST_REQUEST
from deploy.subscribers.subscriber import MOST, READER
from shared.clock import real_now
from shared.contracts.catalogue import PUBLISHERS
from shared.messaging.broker import flush
from shared.messaging.streams import Durable, make_durables
from tests.integration.subscribers.conftest import ALL_STREAMS, CODE, HEIM, NAMSOS, Broker, Reading
from tests.support.waiting import PATIENCE, eventually

INVOICE = f"billing.invoice.issued.{CODE}"

# What nats-server 2.15 answers to (server/jetstream_api.go), S standing for a stream and C for a consumer.
API = [
    "ACCOUNT.PURGE.A",
    "ACCOUNT.STREAM.CANCEL_MOVE.A.S",
    "ACCOUNT.STREAM.MOVE.A.S",
    "INFO",
    "META.LEADER.STEPDOWN",
    "META.RESCUE",
    "SERVER.EVACUATE",
    "SERVER.REMOVE",
    "STREAM.NAMES",
    "STREAM.LIST",
    "STREAM.CREATE.S",
    "STREAM.UPDATE.S",
    "STREAM.INFO.S",
    "STREAM.DELETE.S",
    "STREAM.PURGE.S",
    "STREAM.MSG.GET.S",
    "STREAM.MSG.DELETE.S",
    "STREAM.SNAPSHOT.S",
    "STREAM.RESTORE.S",
    "STREAM.LEADER.STEPDOWN.S",
    "STREAM.PEER.EVACUATE.S",
    "STREAM.PEER.REMOVE.S",
    "STREAM.CANCEL_MOVE.S",
    "DIRECT.GET.S",
    "DIRECT.GET.S.kulturskole.billing.invoice.issued.p._",
    "CONSUMER.CREATE.S",
    "CONSUMER.CREATE.S.C",
    "CONSUMER.CREATE.S.C.kulturskole.billing.>",
    "CONSUMER.DURABLE.CREATE.S.C",
    "CONSUMER.NAMES.S",
    "CONSUMER.LIST.S",
    "CONSUMER.INFO.S.C",
    "CONSUMER.DELETE.S.C",
    "CONSUMER.MSG.NEXT.S.C",
    "CONSUMER.RESET.S.C",
    "CONSUMER.PAUSE.S.C",
    "CONSUMER.UNPIN.S.C",
    "CONSUMER.LEADER.STEPDOWN.S.C",
]
BESIDES = [
    *(f"kulturskole.{it}.thing.happened.p._" for it in PUBLISHERS),
    *(f"rpc.{it}.question" for it in PUBLISHERS),
    *(f"_INBOX_{it}.x" for it in (*PUBLISHERS, "operator", "andre", "namsos")),
    *("anything", "_INBOX.x", "_R_.x", "$SRV.PING", "$KV.x.y", "$O.x.y", "$JSC.x", "$NRG.x", "$G.x"),
    *("$JS.FC.BILLING.andre.x", "$JS.SNAPSHOT.ACK.BILLING.x", "$JS.SNAPSHOT.RESTORE.BILLING.x", "$JS.EVENT.ADVISORY.x"),
    *(RELOAD.replace("*", "x"), "$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.x.KICK", "$SYS.REQ.SERVER.x.LDM"),
    *(
        "$SYS.REQ.ACCOUNT.KULTURSKOLE.CONNZ",
        "$SYS.REQ.ACCOUNT.PING.CONNZ",
        "$SYS.REQ.USER.INFO",
        "$SYS.DEBUG.SUBSCRIBERS",
    ),
    *("$SYS.REQ.CLAIMS.UPDATE", "$SYS.ACCOUNT.KULTURSKOLE.CONNECT", "$SYS._INBOX.x"),
]


def requests() -> Iterator[str]:
    """Each of the API, of each stream and of each kind of consumer: its own, another's, a service's, nobody's."""
    prefixes = ("$JS.API", f"$JS.{DOMAIN}.API", "$JS.other.API")
    for prefix, call, stream, consumer in itertools.product(
        prefixes, API, ALL_STREAMS, ("namsos", "andre", READER, "notifications", "x")
    ):
        yield f"{prefix}." + ".".join(
            {"S": stream, "C": consumer, "A": "KULTURSKOLE"}.get(it, it) for it in call.split(".")
        )
    for stream, consumer in itertools.product(ALL_STREAMS, ("namsos", "andre", READER, "notifications", "x")):
        yield f"$JS.ACK.{stream}.{consumer}.1.1.1.1700000000000000000.0"
        yield f"$JS.ACK._.x.{stream}.{consumer}.1.1.1.1700000000000000000.0.x"


@pytest.fixture
async def namsos(broker: Broker) -> Reading:
    """Whose attempts these are: a subscriber of one party and two streams. `andre` and `notifications` are the victims."""
    await broker.add("andre")
    services = [Durable(it, "notifications", (f"kulturskole.{it.lower()}.>",), ack_wait=30.0) for it in ALL_STREAMS]
    await make_durables(broker.operator, services)
    return await broker.add("namsos", parties=(NAMSOS,), types=("invoice.*", "agreement.*"))


async def test_it_can_ask_for_its_own_and_for_nothing_else(broker: Broker, namsos: Reading) -> None:
    own = {
        in_domain(subject)
        for stream in ("REGISTRATION", "BILLING")
        for subject in (*read_through(stream, "namsos")[:2], reset(stream, "namsos"))
    }
    own |= {f"$JS.ACK.{stream}.namsos.1.1.1.1700000000000000000.0" for stream in ("REGISTRATION", "BILLING")}
    tried = list(dict.fromkeys([*requests(), *BESIDES]))
    for subject in tried:
        await namsos.client.publish(subject, b"", reply="_INBOX_namsos.answer")
    await flush(namsos.client)
    refused = {it.split('"')[1] for it in namsos.refused}  # as nats-py tells it, in small letters
    assert {it for it in tried if it.lower() not in refused} == own


async def test_it_hears_nothing_but_its_replies(broker: Broker, namsos: Reading) -> None:
    assert await namsos.listens("_INBOX_namsos.mine")
    for subject in (
        *(
            ">",
            "*",
            "*.>",
            "kulturskole.>",
            "rpc.>",
            "$JS.>",
            "$JS.ACK.>",
            "$JS.EVENT.>",
            "$SYS.>",
            "_INBOX.>",
            "_R_.>",
        ),
        *("_INBOX_andre.>", "_INBOX_billing.>", "_INBOX_namsos", "$SRV.>", f"$JS.{DOMAIN}.API.>"),
    ):
        assert not await namsos.listens(subject), subject


async def test_nobody_else_is_reached_by_the_reply_to_what_it_asks(broker: Broker, namsos: Reading) -> None:
    """The server sends real messages, and empty ones, to the address of a reply: in one account they would arrive."""
    andre = await broker.sit(broker.subscribers.folder.credentials("andre"))
    heard: list[Msg] = []

    async def hear(message: Msg) -> None:
        heard.append(message)

    await andre.client.subscribe("_INBOX_andre.victim", cb=hear)
    billing = await broker.server.client("billing")
    for subject in ("rpc.billing.>", "_INBOX_billing.victim"):
        await billing.subscribe(subject, cb=hear)
    await flush(billing)
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=200)
    assert len(await andre.pull("BILLING", 5)) == 5
    before = await state(broker)
    mine = await namsos.pull("BILLING", 50)
    info, next_message, _ = (in_domain(it) for it in read_through("BILLING", "namsos"))
    addresses = [
        *(f"kulturskole.billing.invoice.issued.p.{NAMSOS}", "rpc.billing.question"),
        *("_INBOX_billing.victim", "_INBOX_andre.victim", RELOAD.replace("*", broker_id(broker))),
        *(
            address
            for victim in ("andre", "notifications", READER)
            for subject in (*read_through("BILLING", victim)[:2], reset("BILLING", victim))
            for address in (subject, in_domain(subject))
        ),
        *(f"$JS.ACK.BILLING.{victim}.1.3.3.1700000000000000000.0" for victim in ("andre", "notifications", READER)),
    ]
    acks = iter(it.reply for it in mine)
    for address in addresses:
        for subject, body in (
            (next_message, b'{"batch": 1}'),
            (next_message, b'{"batch": 300, "no_wait": true}'),  # answered by an empty message too
            (info, b""),
            (next(acks), b"+ACK"),  # answered by an empty message alone
        ):
            await namsos.client.publish(subject, body, reply=address)
    await flush(namsos.client)
    await asyncio.sleep(0.3)  # what should not come would have come by now
    assert heard == []
    assert await state(broker) == before


async def test_no_header_leads_out(broker: Broker, namsos: Reading) -> None:
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=20)
    before = await state(broker)
    info, next_message, _ = (in_domain(it) for it in read_through("BILLING", "namsos"))
    victim = in_domain(reset("BILLING", "andre"))
    for headers in (
        {"Nats-Trace-Dest": f"kulturskole.billing.invoice.issued.p.{NAMSOS}"},
        {"Nats-Trace-Dest": victim, "Nats-Trace-Only": "true"},
        {"Nats-Request-Info": json.dumps({"acc": "KULTURSKOLE", "svc": "KULTURSKOLE", "user": "operator"})},
        {"Nats-Expected-Stream": "BILLING", "Nats-Msg-Id": "x"},
    ):
        for subject in (info, next_message):
            await namsos.client.publish(subject, b"", reply="_INBOX_namsos.answer", headers=headers)
    await flush(namsos.client)
    await asyncio.sleep(0.3)
    assert await state(broker) == before


async def test_a_forged_acknowledgement_counts_for_nobody(broker: Broker, namsos: Reading) -> None:
    andre = await broker.sit(broker.subscribers.folder.credentials("andre"))
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=3)
    taken = await andre.pull("BILLING")
    assert len(taken) == 3
    for message in taken:
        for body in (b"", b"+ACK", b"+TERM", b"+NXT", b"-NAK"):
            assert not await namsos.sends(message.reply, body)
            assert not await namsos.sends(message.reply.replace("$JS.ACK.", "$JS.ACK._.x."), body)
    info = await broker.durable("BILLING", "andre")
    assert (info.num_ack_pending, info.num_redelivered) == (3, 0)


async def test_it_replays_by_itself_and_resets_nobody_else(broker: Broker, namsos: Reading) -> None:
    await broker.tell(f"{INVOICE}.{HEIM}")
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=5)
    andre = await broker.sit(broker.subscribers.folder.credentials("andre"))
    assert len(await andre.subjects("BILLING")) == 6
    assert len(await namsos.subjects("BILLING")) == 5
    assert await namsos.subjects("BILLING") == []
    assert "error" not in await ask(namsos, reset("BILLING", "namsos"), {"seq": 1})
    assert await namsos.subjects("BILLING") == [f"{INVOICE}.{NAMSOS}"] * 5, "nothing of another party's"
    assert "error" not in await ask(namsos, reset("BILLING", "namsos"), {"seq": 5})
    assert len(await namsos.subjects("BILLING")) == 2
    assert not await namsos.sends(in_domain(reset("BILLING", "andre")), b'{"seq": 1}', reply="_INBOX_namsos.x")
    assert (await broker.durable("BILLING", "andre")).num_pending == 0


async def test_it_cannot_replay_what_was_told_before_its_day(broker: Broker) -> None:

    await broker.tell(f"{INVOICE}.{NAMSOS}", times=5)
    new = await broker.add("siden-i-overmorgen", since=real_now().date() + timedelta(days=2))
    answer = await ask(new, reset("BILLING", "siden-i-overmorgen"), {"seq": 1})
    assert answer["error"]["description"] == "invalid reset: below start time"
    assert await new.subjects("BILLING") == []


async def test_the_server_goes_round_by_itself_no_longer_than_one_request_asks_for(
    broker: Broker, namsos: Reading
) -> None:
    """Each message is a request to begin anew, where that is the address of the reply: without a bound it would never end."""
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=3)
    next_message, again = in_domain(read_through("BILLING", "namsos")[1]), in_domain(reset("BILLING", "namsos"))
    body = json.dumps({"batch": MOST + 1, "expires": 60_000_000_000}).encode()
    answer = await namsos.client.request(next_message, body, timeout=PATIENCE)
    assert answer.headers == {"Status": "409", "Description": f"Exceeded MaxRequestBatch of {MOST}"}
    body = json.dumps({"batch": MOST, "expires": 60_000_000_000}).encode()
    assert await namsos.sends(next_message, body, reply=again)

    async def waits() -> int | None:
        return (await broker.durable("BILLING", "namsos")).num_waiting

    await eventually(waits, equals=0)


async def test_its_connections_and_its_requests_are_bounded(broker: Broker, namsos: Reading) -> None:
    for _ in range(CONNECTIONS - 1):
        await broker.sit(namsos.credentials)
    with pytest.raises(nats.errors.Error):
        await broker.sit(namsos.credentials)
    andre = await broker.sit(broker.subscribers.folder.credentials("andre"))
    await andre.client.publish(in_domain(read_through("BILLING", "andre")[1]), b"x" * (LARGEST_REQUEST + 1))
    await eventually(lambda: andre.client.is_closed)


async def ask(who: Reading, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await who.client.request(in_domain(subject), json.dumps(body).encode(), timeout=PATIENCE)
    found: dict[str, Any] = json.loads(answer.data)
    return found


def broker_id(broker: Broker) -> str:
    server: str = broker.operator._server_info["server_id"]  # noqa: SLF001
    return server


async def state(broker: Broker) -> dict[str, Any]:
    """All that is not `namsos`'s: streams, durables, and how often the configuration was read."""
    log = (broker.subscribers.folder.path.parent / "nats.log").read_text()
    found: dict[str, Any] = {"reloads": log.count("Reloaded server configuration")}
    jsm = broker.operator.jsm()
    for stream in ALL_STREAMS:
        info = await jsm.stream_info(stream)
        found[stream] = (info.state.messages, info.state.last_seq)
        for it in await jsm.consumers_info(stream):
            if it.name != "namsos":
                assert it.delivered is not None
                assert it.ack_floor is not None
                counts = (it.num_pending, it.num_ack_pending, it.num_redelivered, it.num_waiting)
                found[f"{stream}/{it.name}"] = (it.delivered.consumer_seq, it.ack_floor.consumer_seq, *counts)
    return found
