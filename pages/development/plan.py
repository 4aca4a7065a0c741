"""Utviklingsplan: a party's plan as a form has it, and how far all of a programme have come (R11, R4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.words import WORDS, in_norwegian_order

Answer = Mapping[str, Any]
PHASES = tuple(WORDS["phase"])
STATES = tuple(WORDS["phase_state"].items())


def body(values: Mapping[str, str]) -> dict[str, Any]:
    """The whole plan, as the form has it."""
    phases = {}
    for phase in PHASES:
        note = values.get(f"phases.{phase}.note", "").strip()
        phases[phase] = {"state": values.get(f"phases.{phase}.state", ""), "note": note or None}
    given = {it: values.get(it, "").strip() or None for it in ("focus", "development_area")}
    return given | {"phases": phases}


def progress(plans: Iterable[Answer], mappings: Iterable[Answer]) -> list[dict[str, Any]]:
    """Each party with its plan and how many actors it has mapped, by name."""
    mapped = {it["party"]: it["actors"] for it in mappings}
    found = [dict(it) | {"actors": mapped.get(it["party"], 0)} for it in plans]
    return sorted(found, key=lambda it: in_norwegian_order(it["party_name"]))


def in_figures(plans: Iterable[Answer]) -> list[tuple[str, int, int]]:
    """Of each phase what it is called, how many have it in progress, and how many done."""
    rows = list(plans)
    return [
        (name, sum(it[phase] == "in_progress" for it in rows), sum(it[phase] == "done" for it in rows))
        for phase, name in WORDS["phase"].items()
    ]
