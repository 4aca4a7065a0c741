"""An instalment that one agreement is let off (B5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.errors import Conflict

RULE = "B5"
WaiverReason = Literal["joined_late", "did_not_take_part", "other"]


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """As long as it is not withdrawn, the instalment is not due to the agreement, whatever delivers it."""

    id: str
    version: int
    event_id: str  # the newest news of it
    programme: str
    party: str  # organisation number
    agreement: str
    instalment: int
    reason: WaiverReason
    withdrawn: bool


def check_same_reason(standing: Waiver, reason: WaiverReason) -> None:
    """Raises Conflict where the instalment is waived for another reason: a waiver is withdrawn, and then made anew (B5)."""
    if standing.reason != reason:
        msg = f"the instalment is waived already, for the reason {standing.reason}; withdraw that waiver first"
        raise Conflict(msg, code="waived_for_another_reason", rule=RULE, field="reason")
