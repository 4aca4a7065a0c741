"""What the sheet shows of each municipality, and what its form says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.words import count, in_norwegian_order

THERE = "der"  # a box's name begins with it: `der.<participant>.<day>`

Row = Mapping[str, Any]


def box(participant: str, day: str) -> str:
    """The name of the box that says that somebody was there on a day."""
    return f"{THERE}.{participant}.{day}"


def body_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The API's request of the boxes that are ticked; who has none was absent."""
    there: dict[str, list[str]] = defaultdict(list)
    for name, value in values.items():
        kind, _, which = name.partition(".")
        if kind == THERE and value:
            participant, _, day = which.rpartition(".")
            there[participant].append(day)
    return {"present": [{"participant": who, "days": sorted(days)} for who, days in sorted(there.items())]}


def in_order(parties: Iterable[Row]) -> list[Row]:
    """By name, those without anybody to expect left out: their group is not formed."""
    found = [it for it in parties if it["attendees"] or it["version"]]
    return sorted(found, key=lambda it: in_norwegian_order(it["party_name"]))


def summed(sheet: Row) -> str:
    """`4 av 5 den 24. september, 3 av 5 den 25.`: shown after each day as figures; empty before anything is recorded."""
    if not sheet["days"]:
        return ""
    most = max(it["present"] for it in sheet["days"])
    if most == 0:
        return "ingen kom"
    least = min(it["present"] for it in sheet["days"])
    expected = max(it["expected"] for it in sheet["days"])
    figures = str(most) if least == most else f"{least}–{most}"
    owner = "" if all(it["school_owner_present"] for it in sheet["days"]) else ", skoleeier ikke alle dager"
    if not any(it["school_owner_present"] for it in sheet["days"]):
        owner = ", uten skoleeier"
    return f"{figures} av {count(expected, 'deltaker', 'deltakere')}{owner}"
