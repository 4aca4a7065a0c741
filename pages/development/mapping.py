"""Kartlegging: the rows of a party's local actors as a form has them, and as the API takes them (R4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pages.frame.words import WORDS

PARTS = ("name", "field", "responsibility")
EMPTY_ROWS = 3
MOST = 100  # actors
FIELDS = tuple(WORDS["field_of_society"].items())


def rows(actors: Sequence[Mapping[str, str]] | None, values: Mapping[str, str]) -> list[Mapping[str, str]]:
    """What each row of the form shows before anything is typed: each actor, and some empty rows, as many as were typed in at least."""
    standing = list(actors or ())
    least = max((n + 1 for n in _numbers(values)), default=0)
    wanted = max(min(len(standing) + EMPTY_ROWS, MOST), least)
    return [*standing, *(dict.fromkeys(PARTS, "") for _ in range(wanted - len(standing)))]


def body(values: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The request's body of the rows that say anything, and the form's field by what the API calls it."""
    said: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    for n in _numbers(values):
        row = {it: values.get(f"actors.{n}.{it}", "").strip() for it in PARTS}
        if any(row.values()):
            fields |= {f"actors.{len(said)}.{it}": f"actors.{n}.{it}" for it in PARTS}
            said.append({name: value for name, value in row.items() if value})
    return {"actors": said}, fields


def _numbers(values: Mapping[str, str]) -> list[int]:
    """Of the rows that a form has."""
    found = {it.split(".")[1] for it in values if it.startswith("actors.") and it.count(".") == len(PARTS) - 1}
    return sorted(int(it) for it in found if it.isascii() and it.isdecimal() and int(it) < MOST)


def by_field(actors: Sequence[Mapping[str, str]]) -> list[tuple[str, list[Mapping[str, str]]]]:
    """The actors of each field of society that has any, in the fields' order."""
    found = [(name, [it for it in actors if it["field"] == code]) for code, name in FIELDS]
    return [(name, those) for name, those in found if those]
