"""What counts as a more precise date (S2)."""

from __future__ import annotations

from datetime import timedelta

from shared.errors import RuleBroken
from shared.when import Precision, When

RULE = "S2"


def check_sharpening(old: When, new: When) -> None:
    """Raises RuleBroken where the new date is not more precise, or lies outside of what the plan said (S2)."""
    if _forgets(old, new):
        msg = "the new date leaves out or changes what the plan said; to change it, move the session"
        raise RuleBroken(msg, code="contradicts_the_plan", rule=RULE, field="when")
    if not _is_more_precise(old, new):
        msg = "the new date is no more precise than the one in the plan; to change it, move the session"
        raise RuleBroken(msg, code="no_more_precise", rule=RULE, field="when")
    # Weeks may reach over the ends of a month: the plan's own "oktober (uke 40–44)" begins in September.
    beyond = (
        timedelta(days=6) if (old.precision, new.precision) == (Precision.MONTHS, Precision.WEEKS) else timedelta(0)
    )
    for first, last in new.ranges():
        if not any(begins <= first + beyond and last - beyond <= ends for begins, ends in old.ranges()):
            msg = "the new date lies outside of what the plan said; to change it, move the session"
            raise RuleBroken(msg, code="outside_of_the_plan", rule=RULE, field="when")


def _is_more_precise(old: When, new: When) -> bool:
    if new.precision != old.precision:
        return new.precision > old.precision
    if _length(new) != _length(old):
        return _length(new) < _length(old)
    return sum(it is not None for it in _times(new)) > sum(it is not None for it in _times(old))


def _forgets(old: When, new: When) -> bool:
    """Whether a clock time or duration of the old date is another in the new one, or missing there."""
    return any(was is not None and was != now for was, now in zip(_times(old), _times(new), strict=True))


def _times(when: When) -> tuple[str | None, str | None, int | None]:
    days = when.days
    return (days.starts_at, days.ends_at, when.minutes) if days else (None, None, when.minutes)


def _length(when: When) -> int:
    return sum((last - first).days + 1 for first, last in when.ranges())
