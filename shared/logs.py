"""Structured logs: one JSON object a line on standard error, without personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from shared.transient import in_one_line, is_transient

LONGEST = 4_000  # characters of one field of a line
PLAIN = (bool, int, float, type(None))


def _without_details(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """PostgreSQL names the values of a row at fault in lines of their own; they may be personal data."""
    exception = event.get("exception")
    if exception:
        event["exception"] = "\n".join(line for line in exception.splitlines() if not line.startswith("DETAIL:"))
    return event


def _in_one_line(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What passes by itself needs no traceback, whoever logs it, a library too: nothing is wrong in the code."""
    found = event.get("exc_info")
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException) and is_transient(error):
        del event["exc_info"]
        event.update(error=in_one_line(error), level="warning")
    return event


def _bounded(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name, value in event.items():
        text = value if isinstance(value, str) else "" if isinstance(value, PLAIN) else repr(value)
        if len(text) > LONGEST:
            lines = (_cut(line, LONGEST // 10) for line in text[-100 * LONGEST :].splitlines())
            event[name] = _cut("\n".join(lines), LONGEST)
    return event


def _cut(text: str, most: int) -> str:
    """Without its middle, where it is too long: a traceback's end says what was wrong, and its beginning where."""
    return text if len(text) <= most else f"{text[: most // 4]} … {text[-most * 3 // 4 :]}"


def configure(level: str, *, service: str) -> None:
    """Send this process's logs, those of the libraries too, through structlog."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _in_one_line,
        structlog.processors.format_exc_info,
        _without_details,
        _bounded,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
