"""When four services count as being at rest."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from deploy.at_rest import NeverAtRest, until_at_rest
from deploy.client import Client, Refused
from shared.contracts.catalogue import PUBLISHERS
from tests.support.waiting import PATIENCE

QUIET = {"unsent": 0, "lag": 0, "marks": 0, "mails": 0, "parked": 0}


class Answers:
    """What the services answer, a list of rounds; the last one goes on for ever. A number is the status of an error."""

    def __init__(self, *rounds: dict[str, Any] | int) -> None:
        self._rounds = rounds
        self._asked = itertools.count()
        self.rounds = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        self.rounds = next(self._asked) // len(PUBLISHERS)
        now = self._rounds[min(self.rounds, len(self._rounds) - 1)]
        if isinstance(now, int):
            return httpx.Response(now, json={"detail": "NATS does not answer right now"})
        changes = {name: value for name, value in now.items() if name != "last" and service == "billing"}
        last = now.get("last", 7)
        return httpx.Response(200, json={"service": service, **QUIET, **changes, "last_sequence": last})


async def rounds_until_rest(*rounds: dict[str, Any] | int, within: float = PATIENCE) -> int:
    answers = Answers(*rounds)
    async with Client("http://x", "key", transport=httpx.MockTransport(answers)) as client:
        await until_at_rest(client, within=within)
    return answers.rounds + 1


async def test_two_quiet_rounds_are_needed() -> None:
    assert await rounds_until_rest({}) == 2


@pytest.mark.parametrize("what", ["unsent", "lag", "marks", "mails"])
async def test_whatever_one_service_has_to_do_is_waited_for(what: str) -> None:
    assert await rounds_until_rest({what: 1}, {what: 2}, {}) == 4


async def test_a_stream_that_moves_between_two_quiet_rounds_is_no_rest() -> None:
    assert await rounds_until_rest({"last": 7}, {"last": 8}, {"last": 8}) == 3


async def test_a_busy_round_between_two_quiet_ones_begins_anew() -> None:
    assert await rounds_until_rest({}, {"lag": 1}, {}) == 4


async def test_parked_messages_do_not_stand_in_the_way() -> None:
    assert await rounds_until_rest({"parked": 3}) == 2


async def test_a_service_that_lacks_something_is_not_at_rest() -> None:
    fault = {"part": "stream", "reason": "the stream BILLING is missing"}
    assert await rounds_until_rest({"faults": [fault]}, {}) == 3


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_service_that_is_starting_again_is_waited_for_whatever_the_gateway_says_meanwhile(status: int) -> None:
    assert await rounds_until_rest({}, status, {}) == 4


async def test_who_is_never_at_rest_is_named() -> None:
    with pytest.raises(NeverAtRest, match="billing marks 3"):
        await rounds_until_rest({"marks": 3}, within=0.2)


async def test_a_wrong_key_is_told_at_once() -> None:
    async def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"detail": "a valid API key is needed"})

    async with Client("http://x", "key", transport=httpx.MockTransport(refuse)) as client:
        with pytest.raises(Refused, match="401 a valid API key is needed"):
            await until_at_rest(client)
