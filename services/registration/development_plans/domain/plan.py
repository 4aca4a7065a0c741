"""A party's development plan: its own focus and five phases, worked through in any order and back (R11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

State = Literal["not_begun", "in_progress", "done"]
# Identify needs from evidence · identify possibilities · set goals · try solutions and measures · evaluate.
Phase = Literal["needs", "possibilities", "goals", "measures", "evaluation"]
PHASES: tuple[Phase, ...] = get_args(Phase)
LONGEST_NOTE, LONGEST_FOCUS = 4_000, 1_000  # characters


@dataclass(frozen=True, kw_only=True)
class Plan:
    programme: str
    party: str  # organisation number
    version: int = 0  # before the first event about it
    has_focus: bool = False
    focus: str | None = None  # none where it is lost, too
    development_area: str | None = None  # the id of one that the party's county branch has adopted
    states: Mapping[Phase, State] = field(default_factory=lambda: dict.fromkeys(PHASES, "not_begun"))
    notes: Mapping[Phase, str] | None = field(default_factory=dict)  # of those that have one; none: lost
    changed_at: datetime | None = None
    changed_by: str | None = None  # the name of the key

    @property
    def is_begun(self) -> bool:
        """Whether any phase is."""
        return any(it != "not_begun" for it in self.states.values())

    @property
    def done(self) -> int:
        """How many phases are."""
        return sum(it == "done" for it in self.states.values())


def changed(
    plan: Plan,
    *,
    states: Mapping[Phase, State] | None = None,
    notes: Mapping[Phase, str | None] | None = None,
    **tied: Any,
) -> Plan:
    """The plan with these changes: `states` and `notes` by phase, `focus` and `development_area`. Where none differs it stays.

    A note that is None is taken out; notes that are lost are, until one is given.
    """
    after_notes = plan.notes
    if notes is not None:
        given = {**(plan.notes or {}), **notes}
        after_notes = {it: note for it in PHASES if (note := given.get(it)) is not None}
    after = replace(plan, states={**plan.states, **(states or {})}, notes=after_notes, **tied)
    if "focus" in tied:
        after = replace(after, has_focus=after.focus is not None)
    return after


def handed_over(before: Plan, standing: Plan) -> tuple[Plan, Plan]:
    """The predecessor's plan, which is empty then, and the successor's, which had `standing` (R12).

    The successor's versions count on by those that it gets.
    """
    emptied = Plan(programme=before.programme, party=before.party, version=before.version + 1)
    return emptied, replace(before, party=standing.party, version=standing.version + before.version)
