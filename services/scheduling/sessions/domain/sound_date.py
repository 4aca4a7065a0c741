"""Whether a date exists and does not contradict itself (S2)."""

from __future__ import annotations

from shared.errors import RuleBroken
from shared.when import When, findings


def check_sound(when: When) -> None:
    """Raises RuleBroken, with the first thing that is wrong, for a date that does not exist or contradicts itself."""
    for finding in findings(when):
        raise RuleBroken(finding.text, code=finding.code, rule="S2", field=finding.field)
