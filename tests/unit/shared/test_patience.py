"""Who did not answer is left alone for a while; where the longest while is none, asked again at once."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from shared.contracts.questions import Contacts, Question, WhatDocument, WhoIsConcerned
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer
from shared.messaging.patience import Patience, PatientAsk

WHO = WhoIsConcerned(purpose="concern", programme="p", party="900000001")
WHO_ELSE = WhoIsConcerned(purpose="concern", programme="p", party="900000002")
WHAT = WhatDocument(kind="invoice", series="p/invoices", number=1)


@pytest.fixture(autouse=True)
def _while_no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.patience.time", SimpleNamespace(monotonic=lambda: 0.0))


class Counting(Ask):
    def __init__(self, fails: type[Exception] | None) -> None:
        self.fails = fails
        self.asked: Counter[Question[Any]] = Counter()

    async def __call__(self, question: Question[Any]) -> Any:
        self.asked[question] += 1
        if self.fails:
            raise self.fails
        return Contacts(recipients=())


async def without_answer(ask: PatientAsk, *questions: Question[Any]) -> None:
    for question in questions:
        with pytest.raises(NoAnswer):
            await ask(question)


async def test_a_service_that_does_not_answer_is_asked_nothing_for_a_while_and_others_are() -> None:
    service = Counting(NoAnswer)
    await without_answer(PatientAsk(service, longest=3600), WHO, WHO, WHO_ELSE, WHAT)
    assert service.asked == {WHO: 1, WHAT: 1}


async def test_a_question_that_is_refused_is_left_alone_and_others_are_asked() -> None:
    service = Counting(RefusedToAnswer)
    await without_answer(PatientAsk(service, longest=3600), WHO, WHO, WHO_ELSE)
    assert service.asked == {WHO: 1, WHO_ELSE: 1}


@pytest.mark.parametrize("fails", [NoAnswer, RefusedToAnswer])
async def test_who_is_asked_again_and_answers_is_asked_as_before(fails: type[Exception]) -> None:
    service = Counting(fails)
    ask = PatientAsk(service, longest=0)
    await without_answer(ask, WHO)
    service.fails = None
    for _ in range(2):
        assert await ask(WHO) == Contacts(recipients=())
    assert service.asked[WHO] == 3


def test_an_answer_ends_the_patience() -> None:
    patience = Patience(longest=3600)
    patience.failed("registration")
    assert patience.leaves_alone("registration")
    assert not patience.leaves_alone("billing")
    patience.answered("registration")
    assert not patience.leaves_alone("registration")
