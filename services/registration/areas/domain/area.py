"""A development area: what a county branch has adopted for its term (R2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registration.parties.domain.party import Party
from shared.errors import RuleBroken

RULE = "R2"


@dataclass(frozen=True, kw_only=True)
class Area:
    """All but the id is none where an event alone names it; it is to be said anew then."""

    id: str
    version: int
    county_branch: str | None  # organisation number
    name: str | None
    description: str | None
    first_day: date | None
    last_day: date | None
    withdrawn: bool = False

    @property
    def is_lost(self) -> bool:
        return self.name is None


def check_adopts(branch: Party) -> None:
    """Raises RuleBroken for a party that is no county branch."""
    if branch.kind != "county_branch":
        msg = "development areas are adopted by a county branch, and this is a municipality"
        raise RuleBroken(msg, code="not_a_county_branch", rule=RULE, field="party")


def check_term(area: Area) -> None:
    """Raises RuleBroken where the term ends before it starts."""
    if area.first_day and area.last_day and area.last_day < area.first_day:
        msg = "the term ends before it starts"
        raise RuleBroken(msg, code="ends_before_it_starts", rule=RULE, field="last_day")
