"""Days to avoid as a form has them, and visits that nobody has booked on I dag."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pages.programmes.lacking import Shape, days_of
from pages.today.view import Known, sections

AUTUMN = {"first": "2025-10-06", "last": "2025-10-10", "why": "Høstferie: uke 41"}
ONE = {"first": "2025-11-07", "last": "2025-11-07", "why": "Planleggingsdag"}


def test_days_to_avoid_are_read_back_as_they_are_shown() -> None:
    shown = Shape(None, [], ({"days": [AUTUMN, ONE]}, '"1"'), []).days
    assert shown == "2025-10-06 til 2025-10-10: Høstferie: uke 41\n2025-11-07: Planleggingsdag"
    assert days_of(shown) == ([AUTUMN, ONE], "")
    assert days_of(" \n\n") == ([], "")


@pytest.mark.parametrize(
    "line",
    [
        "Høstferie",
        "2025-10-06",
        "2025-10-06:",
        "2025-13-06: Ferie",
        "6. oktober: Ferie",
        "2025-10-06 2025-10-07 2025-10-08: x",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    found, fault = days_of(f"{AUTUMN['first']}: Ferie\n{line}")
    assert found == []
    assert fault.startswith(f"«{line}» kan ikke leses.")


def visit(n: int, last: str = "2025-02-02") -> dict[str, Any]:
    return {
        "number": 2,
        "party": f"{n}",
        "party_name": f"Kommune {n}",
        "window_text": "januar 2025 (uke 2–5)",
        "window_last": last,
    }


def test_visits_that_are_not_booked_stand_on_i_dag_while_they_can_be() -> None:
    today = date(2025, 1, 25)
    (section,) = sections(today, [Known(code="p", name="P", visits=[visit(1), visit(2, "2025-01-24")])])
    assert [(it.name, it.text) for it in section.needs] == [("Veiledningsbesøk 2, Kommune 1", "januar 2025 (uke 2–5)")]
    assert section.needs[0].link == "/program/p/ny-samling?kind=guidance_visit&number=2&party=1"
    (section,) = sections(today, [Known(code="p", name="P", visits=[visit(n) for n in range(5)])])
    assert [it.name for it in section.needs] == ["Veiledningsbesøk 2, 5 kommuner"]


def test_a_visit_that_nobody_booked_is_an_obligation_that_was_not_met_once_its_time_is_over() -> None:
    unmet = {"code": "visit_not_booked", "rule": "R9", "session": "v", "kind": "guidance_visit", "number": 2}
    findings = [unmet | {"party": "1", "party_name": "Kommune 1", "title": None, "since": "2025-01-17"}]
    programme = Known(code="p", name="P", visits=[visit(1)], findings=findings)
    assert [it.heading for it in sections(date(2025, 2, 2), [programme])] == [
        "Veiledningsbesøk som ikke er avtalt, enda halve tiden er gått"
    ]
    (section,) = sections(date(2025, 2, 3), [programme])
    assert section.heading == "Forpliktelser som ikke er fulgt opp"
    assert [it.name for it in section.needs] == ["Kommune 1"]
