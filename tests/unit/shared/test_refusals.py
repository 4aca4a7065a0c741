"""Who came too often without a valid key, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.web import refusals
from shared.web.gateways import LOOK_AGAIN, Gateways
from shared.web.refusals import Refusals


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_address_is_kept_out_for_a_minute_and_then_no_more(clock: Clock) -> None:
    found = Refusals(a_minute=3, now=clock)
    assert [found.refuse("192.0.2.1") for _ in range(4)] == [0, 0, 0, 60]
    assert found.refuse("192.0.2.2") == 0
    clock.now += 59.5
    assert found.refuse("192.0.2.1") == 1
    clock.now += 0.5
    assert [found.refuse("192.0.2.1") for _ in range(4)] == [0, 0, 0, 60]
    assert found.total == 10


def test_few_refusals_a_minute_keep_nobody_out(clock: Clock) -> None:
    found = Refusals(a_minute=3, now=clock)
    for _ in range(20):
        assert found.refuse("192.0.2.1") == 0
        clock.now += 30.0


def test_all_of_an_ipv6_network_is_one_caller(clock: Clock) -> None:
    found = Refusals(a_minute=2, now=clock)
    assert [found.refuse(f"2001:db8:0:1::{n}") for n in range(1, 4)] == [0, 0, 60]
    assert found.refuse("2001:db8:0:2::1") == 0


def test_what_is_remembered_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST_ADDRESSES", 10)
    found = Refusals(a_minute=2, now=clock)
    for n in range(100):
        found.refuse(f"10.0.0.{n}")
    assert len(found._callers) == 10  # noqa: SLF001 - nothing else tells


async def test_a_gateway_that_has_another_address_now_is_looked_for_again(clock: Clock) -> None:
    asked: list[str] = []
    answers = {"gateway": ["10.0.0.7"]}

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return answers[host]

    gateways = Gateways(["gateway", "192.0.2.0/24"], now=clock, resolve=resolve)

    async def caller(peer: str, said: str) -> str:
        scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", said.encode())]}
        return await gateways.caller(scope)

    assert await caller("10.0.0.7", "1.2.3.4") == "1.2.3.4"
    assert await caller("10.0.0.7", "9.9.9.9, 1.2.3.4, 192.0.2.1") == "1.2.3.4"
    assert await caller("::ffff:10.0.0.7", "1.2.3.4") == "1.2.3.4"
    assert await caller("10.0.0.7", "1.2.3.4, x") == "10.0.0.7"
    answers["gateway"] = ["10.0.0.8"]
    for _ in range(5):
        assert await caller("10.0.0.8", "1.2.3.4") == "10.0.0.8"
    assert asked == ["gateway"]
    clock.now += LOOK_AGAIN
    assert await caller("10.0.0.8", "1.2.3.4") == "1.2.3.4"
    assert await caller("10.0.0.7", "1.2.3.4") == "10.0.0.7"
