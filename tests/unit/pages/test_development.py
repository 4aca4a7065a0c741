"""The rows of a mapping and the phases of a plan, between a form and the API."""

from __future__ import annotations

from typing import Any

from pages.development import mapping, plan
from pages.frame.areas import areas_to_choose

LIBRARY = {"name": "Molde bibliotek", "field": "culture", "responsibility": "Leseglede."}


def form_of(*rows: dict[str, str]) -> dict[str, str]:
    return {f"actors.{n}.{part}": row.get(part, "") for n, row in enumerate(rows) for part in mapping.PARTS}


def test_there_are_some_empty_rows_after_those_that_stand() -> None:
    found = mapping.rows([LIBRARY], {})
    assert [it["name"] for it in found] == ["Molde bibliotek", "", "", ""]
    assert len(mapping.rows([LIBRARY] * 100, {})) == 100
    assert len(mapping.rows([], form_of(*[LIBRARY] * 7))) == 7, "none that was typed goes"
    assert len(mapping.rows(None, {"actors.x.name": "a", "actors.900.name": "b", "actors.1": "c"})) == 3


def test_empty_rows_are_left_out_and_a_refusal_finds_its_row() -> None:
    body, fields = mapping.body(form_of({}, LIBRARY, {}, {"name": "Helsestasjonen"}))
    assert body == {"actors": [LIBRARY, {"name": "Helsestasjonen"}]}
    assert fields["actors.1.responsibility"] == "actors.3.responsibility"
    assert mapping.body({})[0] == {"actors": []}


def test_a_plan_is_sent_whole_and_what_is_empty_is_nothing() -> None:
    body = plan.body(
        {"focus": " Fokus. ", "phases.goals.state": "done", "phases.goals.note": "Mål.", "development_area": ""}
    )
    assert (body["focus"], body["development_area"]) == ("Fokus.", None)
    assert body["phases"]["goals"] == {"state": "done", "note": "Mål."}
    assert list(body["phases"]) == ["needs", "possibilities", "goals", "measures", "evaluation"]


def test_progress_stands_by_name_with_what_is_mapped_and_in_figures() -> None:
    phases = dict.fromkeys(plan.PHASES, "not_begun")
    rows = [
        {"party": "2", "party_name": "Ørsta", **phases, "needs": "done"},
        {"party": "1", "party_name": "Molde", **phases, "needs": "in_progress"},
    ]
    found = plan.progress(rows, [{"party": "1", "actors": 4}])
    assert [(it["party_name"], it["actors"]) for it in found] == [("Molde", 4), ("Ørsta", 0)]
    assert plan.in_figures(rows)[0][1:] == (1, 1)


def test_areas_of_the_own_county_are_chosen_between_and_what_stands_stays() -> None:
    areas: list[dict[str, Any]] = [
        {"id": "a", "name": "Åpen", "county": "Oslo", "withdrawn": False},
        {"id": "b", "name": "Alle", "county": "Oslo", "withdrawn": False},
        {"id": "c", "name": "Andre", "county": "Viken", "withdrawn": False},
        {"id": "d", "name": None, "county": None, "withdrawn": True},
    ]
    assert [it for it, _ in areas_to_choose(areas, "Oslo")] == ["b", "a"]
    assert [it for it, _ in areas_to_choose(areas, "Oslo", "d")] == ["b", "d", "a"]
    assert [it for it, _ in areas_to_choose(areas, "Innlandet")] == ["b", "c", "a"]
    assert [it for it, _ in areas_to_choose(areas, None)] == ["b", "c", "a"]
