"""FastStream's fetch loop, replaced: the one method of the library that we do not use as it is.

The stock loop of 0.7.8 forgets what it has collected when nats-py raises `asyncio.TimeoutError`, and lingers for the
whole time-out before it hands on less than a full batch (ag2ai/faststream#2219). This one waits for a first message,
then takes what is there: nothing is forgotten, and a single event is handed on within milliseconds. `tests/integration/messaging/test_library_facts.py` notices when the fault is gone.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

import nats.errors
import nats.js.errors
from faststream.nats.subscriber.usecases.stream_pull_subscriber import BatchPullStreamSubscriber

if TYPE_CHECKING:
    from nats.aio.msg import Msg

LINGER = 0.003  # seconds; what stands behind a first message is on the server already and only has to come over
PAUSE = 0.25  # seconds, where the server has nothing to give and says so at once


class SteadyPull(BatchPullStreamSubscriber):
    """Fetches one with the time-out, then what else is there; never spins."""

    __slots__ = ()

    async def _consume_pull(self) -> None:
        while self.running:
            messages = await self._first()
            if messages and self.pull_sub.batch_size > 1:
                messages += await self._more(self.pull_sub.batch_size - 1)
            if messages and self.running:
                await self.consume(messages)

    async def _first(self) -> list[Msg]:
        assert self.subscription is not None  # for the type checker: start() made it
        began = monotonic()
        try:
            return await self.subscription.fetch(1, timeout=self.pull_sub.timeout)
        except (TimeoutError, nats.errors.Error, nats.js.errors.Error):
            # A consumer that is gone, or a server, answers at once: without a pause that is 6 000 asks a second.
            if monotonic() - began < PAUSE:
                await asyncio.sleep(PAUSE)
            return []

    async def _more(self, most: int) -> list[Msg]:
        assert self.subscription is not None  # for the type checker
        try:
            return await self.subscription.fetch(most, timeout=LINGER)
        except (TimeoutError, nats.errors.Error, nats.js.errors.Error):
            return []


def steady(subscriber: Any) -> None:
    """Give a batch subscriber this loop. Raises TypeError for any other subscriber."""
    if type(subscriber) is not BatchPullStreamSubscriber:
        msg = "only a batch subscriber (PullSub(batch=True)) fetches steadily"
        raise TypeError(msg)
    subscriber.__class__ = SteadyPull  # FastStream makes its subscribers itself and takes no class for them
