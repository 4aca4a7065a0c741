"""Waits until nothing is under way any more, as is needed before the clock is moved, or before two runs are compared."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from deploy.client import Client, Unavailable
from shared.contracts.catalogue import PUBLISHERS

BETWEEN = 0.04  # seconds between two rounds
MUST_BE_ZERO = ("unsent", "lag", "marks", "mails")


class NeverAtRest(Exception):
    """Something went on for longer than was waited. The message says what."""


async def states(client: Client) -> list[dict[str, Any]]:
    """The `/operations/state` of all four services."""
    return list(await asyncio.gather(*(client.get(f"/{service}/operations/state") for service in PUBLISHERS)))


async def is_at_work(client: Client) -> bool:
    """Whether one of the four has something to do. That none has does not say that none will: `until_at_rest` does."""
    return any(it[what] for it in await states(client) for what in MUST_BE_ZERO)


async def until_at_rest(
    client: Client, *, within: float = 120.0, despite: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The states when they are at rest: nothing to do and nothing at fault in two rounds between which no stream moved.

    `despite` names the parts that may be at fault all the same.

    One round is not enough, since the services do not answer at the same instant: an event may have left one before it was
    asked, and reach another after that was. Waits `within` seconds at most. Raises NeverAtRest.
    """
    before: dict[str, int] | None = None
    last = "no service has answered"
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    found = await states(client)
                except Unavailable as error:
                    before, last = None, str(error)
                else:
                    streams = {state["service"]: state["last_sequence"] for state in found}
                    busy = [f"{it['service']} {what} {it[what]}" for it in found for what in MUST_BE_ZERO if it[what]]
                    busy += [
                        f"{it['service']}: {fault['reason']}"
                        for it in found
                        for fault in it.get("faults", ())
                        if fault["part"] not in despite
                    ]
                    if not busy and streams == before:
                        return found
                    before = None if busy else streams
                    last = ", ".join(busy) or "the streams still move"
                await asyncio.sleep(BETWEEN)
    except TimeoutError:
        msg = f"not at rest after {within:.0f} s: {last}"
        raise NeverAtRest(msg) from None
