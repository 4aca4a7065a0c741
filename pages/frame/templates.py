"""Jinja2 as the pages use it: templates beside their routes, and how values are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import TypeAdapter

from pages.frame import words
from pages.frame.api import AWAY
from shared.clock import OSLO
from shared.money import kroner
from shared.norwegian import day_in_words
from shared.when import When
from shared.when_text import when_text

PAGES = Path(__file__).parents[1]
STYLE_FILE = PAGES / "frame" / "stil.css"
STYLE_HASH = sha256(STYLE_FILE.read_bytes()).hexdigest()[:12]  # in its address, so that a browser may keep it
_WHEN = TypeAdapter(When)

TEMPLATES = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def kr(ore: int) -> str:
    return f"{kroner(ore)} kr"


def day(it: str | date | None) -> str:
    """A day, as an answer has it too, `2024-09-25`."""
    return day_in_words(it if isinstance(it, date) else date.fromisoformat(it)) if it else ""


def moment(written: str | None) -> str:
    """A point in time of an answer, as the clock shows it in Norway."""
    if not written:
        return ""
    at = datetime.fromisoformat(written).astimezone(OSLO)
    return f"{day_in_words(at.date())} kl. {at:%H.%M}"


def when(found: dict[str, Any] | None) -> str:
    """When a session is, with the precision that it has."""
    return when_text(_WHEN.validate_python(found)) if found else ""


def by_name(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is about a party each, in the order of their names."""
    return sorted(rows, key=lambda it: words.in_norwegian_order(it["party_name"] or it["party"]))


TEMPLATES.filters.update(
    by_name=by_name, kr=kr, day=day, moment=moment, when=when, word=words.word, finding=words.finding
)
TEMPLATES.tests["away"] = lambda it: it is AWAY
TEMPLATES.globals.update(style_hash=STYLE_HASH, count=words.count)
