"""Since when, and until when, somebody takes part in a group, coordinates it or advises it (R5, R8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Role = Literal["participant", "coordinator", "advisor"]


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """Days are calendar days in Norway."""

    role: Role
    who: str  # a participant's id; of an advisor, the person's
    from_on: date | None = None  # none: since before it was kept
    until_on: date | None = None  # the first day on which it is so no more; none: still

    @property
    def key(self) -> tuple[Role, str]:
        return self.role, self.who

    @property
    def is_of_no_day(self) -> bool:
        """Begun and ended on one day: it was so at the end of none."""
        return self.from_on is not None and self.from_on == self.until_on

    def holds_on(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day < self.until_on)

    def overlaps(self, other: Tenure) -> bool:
        starts = max(self.from_on or date.min, other.from_on or date.min)
        return starts < min(self.until_on or date.max, other.until_on or date.max)
