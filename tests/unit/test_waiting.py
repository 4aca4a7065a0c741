"""Waiting for something ends when it is so."""

from __future__ import annotations

from tests.support.waiting import eventually


async def test_who_does_not_answer_in_time_is_asked_again() -> None:
    answers = iter([None, 1, None, 0])

    async def left() -> int:
        found = next(answers)
        if found is None:
            raise TimeoutError
        return found

    await eventually(left, equals=0)
    assert list(answers) == []
