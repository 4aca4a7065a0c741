"""When attendance that is not recorded is asked for: three days after the session, and once more after ten (N1, S5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Delays:
    """Days from a session's last day until its missing attendance is asked for, and asked for once more."""

    first: int = 3
    again: int = 10

    def stage(self, last_day: date, today: date) -> int | None:
        """1 or 2, the nearest that is due: a clock that jumps over both is asked for the second alone.

        None before the first, and when the second is over for as long as the first lasted: what is long past is let be.
        """
        passed = (today - last_day).days
        if self.first <= passed < self._second:
            return 1
        return 2 if self._second <= passed < self._over else None

    def window(self, today: date) -> tuple[date, date]:
        """The last days of sessions that have a stage on this day, from the first to the last."""
        return today - timedelta(days=self._over - 1), today - timedelta(days=self.first)

    @property
    def _second(self) -> int:
        return max(self.first, self.again)

    @property
    def _over(self) -> int:
        return self._second + max(self._second - self.first, 1)


@dataclass(frozen=True, kw_only=True)
class Unrecorded:
    """That a party's attendance at a session is to be asked for. Days are calendar days in Norway."""

    version: int  # counts what was asked for of this session and party
    programme: str
    session: str
    party: str
    first_day: date
    last_day: date
    stage: int
