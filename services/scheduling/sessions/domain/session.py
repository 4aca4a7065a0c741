"""A session of the plan, and what may become of it (S1, S3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.errors import Conflict
from shared.when import When

Kind = Literal[
    "joint_session",
    "coordinator_meeting",
    "guidance_visit",
    "inspiration_session",
    "sharing_arena",
    "contract_meeting",
]
Format = Literal["physical", "digital", "undecided"]
State = Literal["planned", "cancelled", "completed"]
# Each is held with one party. The plan also has a line for all of them, without a party, which is never completed (S4).
KINDS_OF_ONE_PARTY = ("guidance_visit", "contract_meeting")


@dataclass(frozen=True, kw_only=True)
class Session:
    id: str
    version: int
    programme: str
    party: str | None  # organisation number
    kind: Kind
    format: Format
    title: str | None  # none: it is lost, of a session that an event alone is left of
    number: int | None  # among its kind
    instalment: int | None  # the one that it carries (B3)
    when: When
    place: str | None  # as text: venue and city where these are said (whereabouts.py)
    venue: str | None = None
    city: str | None = None
    meeting_link: str | None
    state: State
    freed_instalment: int | None = None  # what it carried until it was cancelled, and does not carry since (B6)


def check_open(session: Session, field: str) -> None:
    """Raises Conflict for a completed session, whose number, format and dates stay as they are, and for a cancelled one (S3)."""
    if session.state == "completed":
        msg = "the session is completed; revoke its completion first"
        raise Conflict(msg, code="session_is_completed", rule="S3", field=field)
    check_not_cancelled(session, field)


def check_not_cancelled(session: Session, field: str) -> None:
    """Raises Conflict for a cancelled session (S3)."""
    if session.state == "cancelled":
        msg = "the session is cancelled; revoke its cancellation first, or plan it anew"
        raise Conflict(msg, code="session_is_cancelled", rule="S3", field=field)
