"""What a plan lacks of the programme's shape, the visits that nobody has booked, and the days that are kept clear of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.frame.api import AWAY, Refused
from pages.frame.needs import Answer
from pages.frame.refusals import in_norwegian
from pages.frame.words import name_of

HOW = "Skriv en linje for hver: 2025-02-17 til 2025-02-21: Vinterferie."
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Shape:
    """As scheduling answers; each is AWAY where it does not, or none where it has not heard of the programme."""

    asked: Any
    late: Any
    avoided: Any  # and their ETag
    sessions: Any

    @property
    def findings(self) -> list[dict[str, Any]]:
        if not self.asked:
            return []
        return [self._finding(it) for it in self.asked["findings"]]

    @property
    def visits(self) -> list[Answer]:
        return list(self.late) if self.late is not AWAY else []

    @property
    def days(self) -> str:
        """A line each, as a form has them."""
        return "\n".join(_line(it) for it in self.avoided[0]["days"]) if self.avoided else ""

    @property
    def etag(self) -> str | None:
        return self.avoided[1] if self.avoided else None

    def _finding(self, it: Answer) -> dict[str, Any]:
        names = {one["id"]: name_of(one) for one in self.sessions or ()}
        return {
            **it,
            "text": in_norwegian(it["code"], it["values"]),
            "named": [(one, names.get(one, one)) for one in it["sessions"]],
            "form": form_of({"code": it["code"], "sessions": " ".join(it["sessions"])}),
        }


def form_of(values: Mapping[str, str]) -> str:
    """The name of the form by which a finding is accepted: its code, and the first session that it is about."""
    sessions = values.get("sessions", "").split()
    return "-".join(["godta", values.get("code", ""), *sessions[:1]])


def days_of(text: str) -> tuple[list[dict[str, str]], str]:
    """The days of each line, and what is wrong with the first that cannot be read."""
    found = []
    for line in filter(None, (it.strip() for it in text.splitlines())):
        days, _, why = line.partition(":")
        named = DAY.findall(days)
        if not 1 <= len(named) <= 2 or not why.strip() or not all(map(_is_day, named)):  # noqa: PLR2004 - first and last
            return [], f"«{line}» kan ikke leses. {HOW}"
        found.append({"first": named[0], "last": named[-1], "why": why.strip()})
    return found, ""


def fields_in(why: Refused) -> dict[str, str]:
    """What is wrong with any of the days stands at the one field that has them."""
    named = {str(it.get("field") or "") for it in why.faults}
    return {it: "days" for it in named if it.startswith("days")}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _line(it: Answer) -> str:
    days = it["first"] if it["first"] == it["last"] else f"{it['first']} til {it['last']}"
    return f"{days}: {it['why']}"
