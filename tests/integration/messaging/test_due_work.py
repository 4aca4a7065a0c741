"""What is due and fails is tried again, seen while it fails, and logged once for each reason."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from shared.messaging import due_work
from shared.messaging.condition import Condition, Fault
from shared.messaging.due_work import Work, Worker
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.waiting import PATIENCE, eventually


async def test_work_that_fails_is_seen_while_it_does_and_logged_once_for_each_reason(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    raises: Exception | None = OSError("the disk is full, and names somebody")
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        if raises is not None:
            raise raises

    async def tried_often() -> bool:
        return tries >= 3

    monkeypatch.setattr(toy, "nothing", work)
    monkeypatch.setattr(due_work, "LONGEST_PAUSE", 0.01)
    with capture_logs() as logged:
        service = await arena.start("billing")
        await eventually(tried_often)
        fault = Fault("work", "nothing fails with OSError and is tried again: see the log")
        assert await service.condition() == Condition(degraded=(fault,))
        raises, tries = ValueError("odd"), 0
        await eventually(tried_often)
        raises, tries = None, 0
        await eventually(lambda: tries >= 1)
    assert await service.condition() == Condition()
    said = [(it["event"], it["log_level"]) for it in logged if it.get("work")]
    failed = "work failed and is tried again", "error"
    assert said == [failed, failed, ("work that failed is done again", "info")]


async def test_what_a_start_calls_for_is_done_once_before_the_first_run_and_again_where_it_failed(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    async def first() -> None:
        done.append("first")
        if len(done) == 1:
            msg = "not yet"
            raise OSError(msg)

    async def run() -> None:
        done.append("run")

    monkeypatch.setattr(due_work, "LONGEST_PAUSE", 0.01)
    worker = Worker(arena.publisher, [Work("toy", run, first=first)])
    worker.start()
    await eventually(lambda: len(done) >= 3)
    await toy.tell(arena.publisher, [toy.a_party(1)])  # a commit has it run once more
    await eventually(lambda: len(done) >= 4)
    await worker.stop(within=PATIENCE)
    assert done[:2] == ["first", "first"]
    assert set(done[2:]) == {"run"}
