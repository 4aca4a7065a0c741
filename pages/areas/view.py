"""What the page about development areas makes of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pages.frame.api import Absent
from pages.frame.words import in_norwegian_order

Answer = Mapping[str, Any]
NOBODY = "Ukjent fylkesavdeling"


def by_branch(areas: Iterable[Answer], today: date | Absent) -> list[tuple[str, list[Answer]]]:
    """The areas of each county branch, the newest term first, with whether each is adopted `today`. By the branch's name."""
    found: dict[str, list[Answer]] = {}
    for it in areas:
        name = it["county_branch_name"] or NOBODY
        found.setdefault(name, []).append({**it, "state": state(it, today)})
    return [
        (name, sorted(found[name], key=lambda it: (it["first_day"] or "", it["name"] or ""), reverse=True))
        for name in sorted(found, key=in_norwegian_order)
    ]


def state(area: Answer, today: date | Absent) -> str:
    """Where an area stands, in words; nothing where nobody knows."""
    if area["withdrawn"]:
        return "trukket tilbake"
    if isinstance(today, Absent) or not area["first_day"]:
        return ""
    if today.isoformat() < area["first_day"]:
        return "gjelder senere"
    return "gjelder" if today.isoformat() <= area["last_day"] else "utløpt"


def county_branches(parties: Iterable[Answer]) -> list[tuple[str, str]]:
    """Organisation number and name of each county branch, by name."""
    found = [
        (it["organisation_number"], f"{it['name']} ({it['organisation_number']})")
        for it in parties
        if it["kind"] == "county_branch"
    ]
    return sorted(found, key=lambda it: in_norwegian_order(it[1]))
