"""A programme's period never shrinks below what is planned in it (S1)."""

from __future__ import annotations

from collections.abc import Sequence

from services.registration.programmes.domain.programme import Programme
from shared.errors import Conflict


def shrinks(before: Programme, after: Programme) -> bool:
    return after.period_start > before.period_start or after.period_end < before.period_end


def check_holds_the_plan(before: Programme, after: Programme, left_out: int, first: Sequence[str]) -> None:
    """Raises Conflict where the new period leaves out sessions that it binds; `first` says which the first of them are."""
    if not left_out:
        return
    field = "period_end" if after.period_end < before.period_end else "period_start"
    more = f" and {left_out - len(first)} more" if left_out > len(first) else ""
    msg = f"planned outside of {after.period_start} to {after.period_end}: {', '.join(first)}{more}; move or cancel that first"
    raise Conflict(
        msg,
        code="plan_lies_outside",
        rule="S1",
        field=field,
        values={"start": after.period_start, "end": after.period_end, "sessions": left_out},
    )
