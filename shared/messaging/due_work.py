"""Work that is due: run after each commit in this process, at start, and every few seconds besides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from shared.database import Database
from shared.messaging.pauses import after, pause

log = structlog.get_logger()

EVERY = 5.0  # seconds: what another replica's commit left is found at the latest then
LONGEST_PAUSE = 30.0  # seconds, between two tries of work that fails


@dataclass(frozen=True, kw_only=True)
class Mails:
    """How many mails wait."""

    sendable: int = 0  # now
    unsent: int = 0  # now or later: those that the server put off are among them
    oldest: datetime | None = None  # when the oldest of these was queued, in real time


@dataclass(frozen=True)
class Work:
    """Does all that is due, whenever it is run, in any number of replicas at once; run again, it changes nothing."""

    name: str
    run: Callable[[], Awaitable[None]]
    first: Callable[[], Awaitable[None]] | None = None  # done once, before the first run: what a start alone calls for
    mails: Callable[[], Awaitable[Mails]] | None = None  # for /operations/state
    # For /operations/state, where it counts among the marks: how much has fallen due because a day has come, with no mark.
    due: Callable[[], Awaitable[int]] | None = None
    # For /operations/state: how many documents wait for an approval, and since when the oldest does, in real time.
    approvals: Callable[[], Awaitable[tuple[int, datetime | None]]] | None = None
    # For /operations/state: how many instalments press to be invoiced, and since which day the oldest is delivered.
    unbilled: Callable[[], Awaitable[tuple[int, date | None]]] | None = None
    needs: str | None = None  # whom it needs besides NATS and the database: "mail"
    trouble: Callable[[], str | None] | None = None  # why it does not get on with whom it needs, if it is so
    finish: Callable[[], None] | None = None  # asks a run to end early, once what it has in hand is done


class Worker:
    """Runs each work in a task of its own. `failing` says of those whose last run failed what was raised."""

    def __init__(self, database: Database, works: Sequence[Work]) -> None:
        self.works = works
        self._wakes = [asyncio.Event() for _ in works]
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.failing: dict[str, str] = {}  # by the work's name
        database.on_commit(self._wake)

    def start(self) -> Sequence[asyncio.Task[None]]:
        """The tasks, none of which should ever end by itself."""
        self._tasks = [
            asyncio.create_task(self._run(work, wake), name=f"work {work.name}")
            for work, wake in zip(self.works, self._wakes, strict=True)
        ]
        return self._tasks

    async def stop(self, within: float) -> None:
        """Let each finish what it has in hand; what takes longer than `within` seconds is broken off."""
        self._stopping.set()
        self._wake()
        for work in self.works:
            if work.finish is not None:
                work.finish()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _run(self, work: Work, wake: asyncio.Event) -> None:
        failures, first = 0, work.first
        while not self._stopping.is_set():
            wake.clear()  # before the run: a commit while it lasts has it run once more
            try:
                if first is not None:
                    await first()
                    first = None
                await work.run()
                failures = 0
                if self.failing.pop(work.name, None) is not None:
                    log.info("work that failed is done again", work=work.name)
            except Exception as error:
                failures += 1
                raised = type(error).__name__
                if self.failing.get(work.name) != raised:  # once for each reason, and not with each try
                    log.exception("work failed and is tried again", work=work.name)
                self.failing[work.name] = raised
                await pause(self._stopping, after(failures, first=1.0, longest=LONGEST_PAUSE))
                continue
            await pause(wake, EVERY)
