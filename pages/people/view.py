"""What people wrote of somebody: where it stands, and where it is mended; and where they were present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.frame.words import name_of, which, word

IN_PLAN = ("minutes", "accepted", "days_to_avoid")
# By the table of a text, and by which part of its key, the page that shows it.
PAGES: Mapping[str, str] = {
    "application": "/soknad/{0}",
    "development_area": "/utviklingsomrade/{0}",
    "mapping": "/program/{0}/kommune/{1}/kartlegging",
    "development_plan": "/program/{0}/kommune/{1}/utviklingsplan",
    "minutes": "/samling/{0}",
    "accepted": "/program/{0}",
    "days_to_avoid": "/program/{0}",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    name: str
    link: str | None
    text: str
    by_hand: bool  # an erasure leaves it as it is


@dataclass(frozen=True, kw_only=True)
class At:
    name: str
    link: str
    days: Sequence[str]


def attended(it: Mapping[str, Any]) -> At:
    """A session at which somebody was recorded as present, and on which days; one not heard of yet has no name."""
    name = name_of(it) if it["kind"] else "En samling"
    return At(name=name, link=f"/samling/{it['session']}", days=it["days"])


def text_of(it: Mapping[str, Any]) -> Said:
    """A text in which somebody is named."""
    table = it["where"].partition(".")[0]
    link = PAGES[table].format(*it["key"]) if table in PAGES else None
    return Said(name=word(table, "text_in"), link=link, text="; ".join(_texts(it["text"])), by_hand=table in IN_PLAN)


def session_of(it: Mapping[str, Any]) -> Said:
    """A session in whose title, place or link somebody is named."""
    said = [text for text in (it["title"], it["place"], it["meeting_link"]) if text]
    name = f"{which({'number': None} | dict(it))} {it['when']}"
    return Said(name=name, link=f"/samling/{it['session']}", text=", ".join(said), by_hand=True)


def _texts(said: Any) -> Sequence[str]:
    """The texts that JSON holds, in order."""
    if isinstance(said, str):
        return [said]
    inner = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return [text for it in inner for text in _texts(it)]
