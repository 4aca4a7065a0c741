"""What becomes of a question: its answer, a refusal that leaves others alone, or nothing, which says that nobody is there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from shared.contracts.questions import Contacts, Message
from shared.database import Database
from shared.errors import NotFound
from shared.messaging import ask as asking
from shared.messaging import broker
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.nats import PASSWORDS

pytestmark = pytest.mark.parametrize("arena", ["sqlite"], indirect=True)  # no database is asked


@pytest.fixture
async def ask(arena: Arena) -> AsyncIterator[Ask]:
    """As notifications, which alone may ask."""
    as_who_asks = {"nats_user": "notifications", "nats_password": SecretStr(PASSWORDS["notifications"])}
    settings = arena.settings("billing").model_copy(update=as_who_asks)
    found = broker.create(
        "notifications", settings, fail=lambda _: None, is_back=lambda: None, is_stopping=lambda: True
    )
    await broker.connect(found, settings)
    yield Ask(found)
    await found.stop()


def answering(monkeypatch: pytest.MonkeyPatch, answer: Message | Exception) -> None:
    async def say(database: Database, question: toy.WhatIsYourName) -> Message:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(toy, "say_name", say)


async def test_a_question_is_answered(arena: Arena, ask: Ask) -> None:
    await arena.start("registration", answers=True)
    assert await ask(toy.WhatIsYourName()) == toy.Name(name="registration")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (NotFound("there is no such thing", code="no_such_thing", field="id"), "there is no such thing"),
        (RuntimeError("0123 of Ada Lind"), "answering it failed; the log there says more"),
        (Contacts(recipients=()), "not of the form that is known here"),
        (toy.Name(name="x" * 1_100_000), "too big"),
    ],
    ids=["refused", "raised", "another form", "too big"],
)
async def test_a_question_without_an_answer_is_refused_so_that_others_are_still_asked(
    arena: Arena, ask: Ask, monkeypatch: pytest.MonkeyPatch, answer: Message | Exception, told: str
) -> None:
    answering(monkeypatch, answer)
    await arena.start("registration", answers=True)
    with pytest.raises(RefusedToAnswer, match=told):
        await ask(toy.WhatIsYourName())


@pytest.mark.parametrize("is_there", [True, False], ids=["its database is away", "nobody is there"])
async def test_a_service_that_is_away_gives_no_answer(
    arena: Arena, ask: Ask, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    monkeypatch.setattr(asking, "TIME_OUT", 0.5)
    answering(monkeypatch, ConnectionRefusedError())
    if is_there:
        await arena.start("registration", answers=True)
    with pytest.raises(NoAnswer):
        await ask(toy.WhatIsYourName())
