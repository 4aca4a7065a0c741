"""A development plan's phases are worked through in any order and back, and told by their states alone (R11)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.development_plans.domain.plan import PHASES, Plan, changed, handed_over
from services.registration.development_plans.telling import development_plan as told

AREA = "018f2d5a-1c00-7000-8000-00000000000e"
EMPTY = Plan(programme="p", party="921221967")
WRITTEN = changed(
    EMPTY,
    focus="Kulturskolen i skoledagen.",
    development_area=AREA,
    states={"needs": "done", "goals": "in_progress"},
    notes={"needs": "Færrest barn deltar fra nordre krets."},
)


def test_nothing_is_begun_at_first() -> None:
    assert set(EMPTY.states.values()) == {"not_begun"}
    assert list(EMPTY.states) == list(PHASES)
    assert (EMPTY.version, EMPTY.is_begun, EMPTY.done, EMPTY.has_focus) == (0, False, 0, False)


def test_a_phase_is_done_before_the_one_before_it_and_goes_back() -> None:
    assert (WRITTEN.is_begun, WRITTEN.done, WRITTEN.has_focus) == (True, 1, True)
    assert WRITTEN.states["possibilities"] == "not_begun"
    back = changed(WRITTEN, states={"needs": "not_begun", "goals": "not_begun"})
    assert (back.is_begun, back.focus, back.notes) == (False, WRITTEN.focus, WRITTEN.notes)


def test_what_is_not_given_stays_and_what_is_given_as_nothing_goes() -> None:
    assert changed(WRITTEN) == WRITTEN
    assert changed(WRITTEN, states={"needs": "done"}, notes={"goals": None}) == WRITTEN
    without = changed(WRITTEN, focus=None, notes={"needs": None})
    assert (without.has_focus, without.focus, without.notes) == (False, None, {})
    assert without.development_area == AREA


def test_notes_that_are_lost_stay_so_until_one_is_given() -> None:
    lost = replace(WRITTEN, notes=None, focus=None)
    assert changed(lost, states={"goals": "done"}).notes is None
    assert changed(lost, states={"goals": "done"}).has_focus
    assert changed(lost, notes={"goals": "Mål."}).notes == {"goals": "Mål."}
    assert changed(lost, notes=dict.fromkeys(PHASES)).notes == {}


def test_it_goes_on_with_the_successor_whose_versions_count_on() -> None:
    before = replace(WRITTEN, version=3)
    emptied, goes_on = handed_over(before, replace(EMPTY, party="942110464", version=2))
    assert emptied == replace(EMPTY, version=4)
    assert goes_on == replace(before, party="942110464", version=5)


def test_states_and_counts_alone_are_told() -> None:
    event = told(replace(WRITTEN, version=1))
    assert event.phases.model_dump() == WRITTEN.states
    assert (event.has_focus, event.notes, event.development_area) == (True, 1, AREA)
    for prose in ("Kulturskolen", "nordre"):
        assert prose not in event.model_dump_json()
