"""Request and reply between services, for what must not stand in an event: `rpc.<service>.<what>`.

Every answer comes in an envelope. Without one a fault, or an answer that is too big for a message, would look to the asker
like a time-out, and so like a service that is away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import nats.errors
import structlog
from faststream.nats import NatsBroker
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from shared.contracts.questions import Question
from shared.database import Database
from shared.errors import Refused
from shared.messaging.broker import INBOXES
from shared.transient import is_transient

log = structlog.get_logger()

A = TypeVar("A", bound=BaseModel)
Answerer = Callable[[Database, Any], Awaitable[BaseModel]]

TIME_OUT = 5.0  # seconds
LARGEST = 1_000_000  # bytes; NATS carries 1 MiB a message with its headers


class NoAnswer(Exception):
    """The service is away, or did not answer in time. Other questions to it will fare no better now."""


class RefusedToAnswer(Exception):
    """The service is there and gives no usable answer to this question. It may well answer another."""


class _Envelope(BaseModel):
    ok: bool
    answer: Any = None
    error: str | None = None


class Ask:
    """Asks another service: `answer = await ask(WhoIsConcerned(...))`."""

    def __init__(self, broker: NatsBroker) -> None:
        self._broker = broker

    async def __call__(self, question: Question[A]) -> A:
        """The answer. Raises NoAnswer or RefusedToAnswer."""
        try:
            reply = await self._broker.request(question.model_dump_json().encode(), question.subject, timeout=TIME_OUT)
            envelope = _Envelope.model_validate_json(reply.body)
        except (nats.errors.Error, TimeoutError, ConnectionError) as error:
            msg = f"no answer on {question.subject}: {type(error).__name__}"
            raise NoAnswer(msg) from error
        except ValidationError as error:
            msg = "the answer is in no envelope"
            raise RefusedToAnswer(msg) from error
        if not envelope.ok:
            raise RefusedToAnswer(envelope.error)
        try:
            # As JSON again: there a day is a text, and in Python a text is no day.
            return question.answer.model_validate_json(to_json(envelope.answer))  # type: ignore[return-value]  # mypy can't see that it is A
        except ValidationError as error:
            msg = "the answer is not of the form that is known here"
            raise RefusedToAnswer(msg) from error


def answer(
    broker: NatsBroker, service: str, database: Database, answers: Mapping[type[Question[Any]], Answerer]
) -> None:
    """Have the broker answer these questions; replicas share the work.

    An answer is sent to an inbox and nowhere else. The asker names the subject that it goes to; if that was a stream's, the
    personal data in the answer would be kept there for ever.
    """
    for question, answerer in answers.items():
        subscriber = broker.subscriber(question.subject, queue=service, decoder=_raw, no_reply=True)
        subscriber(_answering(question, answerer, database))


def _answering(
    question: type[Question[Any]], answerer: Answerer, database: Database
) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        if not message.reply.startswith(INBOXES):
            log.warning("a question wants its answer somewhere else than in an inbox", subject=question.subject)
            return
        packed = await answer_to(message.data)
        if packed is not None:
            await message.respond(packed)

    async def answer_to(body: bytes) -> bytes | None:
        """None where there is no answer at the moment: the asker takes it for a time-out and leaves us alone meanwhile."""
        try:
            answered = await answerer(database, question.model_validate_json(body))
            envelope = _Envelope(ok=True, answer=answered.model_dump(mode="json"))
        except Refused as refused:
            envelope = _Envelope(ok=False, error=str(refused))
        except ValidationError:
            envelope = _Envelope(ok=False, error="the question is not of the form that is known here")
        except Exception as error:
            log.exception("a question could not be answered", subject=question.subject)
            if is_transient(error):
                return None
            envelope = _Envelope(ok=False, error="answering it failed; the log there says more")
        packed = envelope.model_dump_json().encode()
        if len(packed) > LARGEST:
            packed = _Envelope(ok=False, error="the answer is too big for a message").model_dump_json().encode()
        return packed

    return reply


async def _raw(message: Any) -> Msg:
    """A decoder that decodes nothing: the handler gets the NATS message itself."""
    return message.raw_message  # type: ignore[no-any-return]
