"""Leaving who did not answer alone for a while: longer each time, so that nothing is asked in a tight loop."""

from __future__ import annotations

import time
from typing import TypeVar

import structlog
from pydantic import BaseModel

from shared.contracts.questions import Question
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer
from shared.messaging.pauses import after

log = structlog.get_logger()

A = TypeVar("A", bound=BaseModel)


class WasRefused(NoAnswer):
    """The other service is there and refuses this question; its message says why."""


class Patience:
    """Remembers, in this process, whom to leave alone until when."""

    def __init__(self, *, longest: float) -> None:
        self._longest = longest  # seconds
        self._failures: dict[str, tuple[int, float]] = {}  # how many in a row, and until when (monotonic)

    def leaves_alone(self, whom: str) -> bool:
        return whom in self._failures and time.monotonic() < self._failures[whom][1]

    def failed(self, whom: str) -> None:
        if self.leaves_alone(whom):
            return  # a call that was under way when another failed: one outage counts once
        failures = 1 + (self._failures[whom][0] if whom in self._failures else 0)
        self._failures[whom] = failures, time.monotonic() + after(failures, first=1.0, longest=self._longest)

    def answered(self, whom: str) -> None:
        self._failures.pop(whom, None)


class PatientAsk:
    """Asks other services, and leaves alone for a while who did not answer, and a question that was refused."""

    def __init__(self, ask: Ask, *, longest: float = 30.0) -> None:
        self._ask = ask
        self._patience = Patience(longest=longest)

    async def __call__(self, question: Question[A]) -> A:
        """The answer. Raises NoAnswer: then it is to be asked again later; WasRefused, which is one, where it was refused now."""
        # No answer leaves the whole subject alone; a refusal leaves alone this question, and others are still asked.
        subject, exactly = question.subject, f"{question.subject} {question.model_dump_json()}"
        if self._patience.leaves_alone(subject) or self._patience.leaves_alone(exactly):
            msg = f"{subject} is left alone for a while"
            raise NoAnswer(msg)
        try:
            answer = await self._ask(question)
        except NoAnswer as none:
            log.warning("no answer; asked again later", subject=subject, error=str(none))
            self._patience.failed(subject)
            raise
        except RefusedToAnswer as refused:
            log.warning("a question was refused; asked again later", subject=subject, error=str(refused))
            self._patience.failed(exactly)
            raise WasRefused(str(refused)) from refused
        self._patience.answered(subject)
        self._patience.answered(exactly)
        return answer
