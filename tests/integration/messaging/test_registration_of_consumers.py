"""Nothing goes round the one helper that registers consumers."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.subscriber.usecases import CoreSubscriber
from nats.js.api import ConsumerConfig

from shared.messaging.consume import register
from shared.messaging.pull import SteadyPull
from tests.support import toy

ROOT = Path(__file__).parents[3]
HELPERS = {
    "shared/messaging/consume.py",  # events
    "shared/messaging/ask.py",  # request and reply
    "deploy/following.py",  # `events tail`: people watch, and nothing is done about what they see
    "shared/messaging/walk.py",  # recover, rebuild and audit read a stream from its beginning, with a consumer that goes again
}
WAYS = {"subscriber", "subscribe", "pull_subscribe", "pull_subscribe_bind", "subscribe_bind", "add_subscriber"}


def gone_round(subscribers: Iterable[Any]) -> list[Any]:
    """Those that consume a stream and were not registered by the helper."""
    return [
        it
        for it in subscribers
        if not (isinstance(it, SteadyPull) and it.ack_policy is AckPolicy.MANUAL and it._no_reply)  # noqa: SLF001 - there is no other way to ask
        and not (isinstance(it, CoreSubscriber) and it.subject.template.startswith("rpc."))
    ]


async def test_the_helper_leaves_acks_and_replies_to_us_and_fetches_steadily() -> None:
    async def take(_: Any) -> None: ...

    broker = NatsBroker(logger=None)
    register(broker, toy.consumers("billing"), take)
    subscriber: Any = broker.subscribers[0]
    assert gone_round([subscriber]) == []
    assert subscriber.extra_options["inbox_prefix"] == b"_INBOX_billing."


async def test_a_consumer_registered_directly_is_found() -> None:
    broker = NatsBroker(logger=None)
    direct = broker.subscriber(
        config=ConsumerConfig(filter_subjects=["kulturskole.registration.>"]),
        stream=JStream("REGISTRATION", declare=False),
        durable="billing",
        pull_sub=PullSub(batch_size=10, batch=True),
    )
    core = broker.subscriber("kulturskole.registration.party.registered._.942110464")
    assert gone_round([direct, core]) == [direct, core]


def test_no_code_subscribes_but_the_helper_and_those_that_are_named_here() -> None:
    files = [path for package in ("services", "pages", "shared", "deploy") for path in (ROOT / package).rglob("*.py")]
    subscribing = {
        path.relative_to(ROOT).as_posix()
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAYS
    }
    assert subscribing == HELPERS
