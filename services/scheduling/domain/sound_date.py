"""What is a date at all (S2)."""

from __future__ import annotations

from shared.errors import RuleBroken
from shared.when import When, findings


def check_sound(when: When) -> None:
    """Raises RuleBroken for a date that there is not, or that contradicts itself."""
    for finding in findings(when):
        raise RuleBroken(finding.text, rule="S2", field=finding.field)
