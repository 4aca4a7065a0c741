"""Billing's works, and the marks by which facts have them done (shared/messaging/marks.py)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

ISSUE_WHAT_IS_DUE = "issue what is due"  # a key is a programme, a part one of its agreements
LOOK_AFTER_START = "look again after a start"  # a key is a programme
LOOK_AT_PARTIES = "look at parties"  # a part is a party; working it off marks the party's agreements
ALL_PARTIES = "all"  # the only key of LOOK_AT_PARTIES


def look_again(programme: str, agreement: str | None = None) -> Iterator[Fact]:
    """Have `issue_what_is_due` look at one agreement, or at all of the programme's."""
    return marks.leave(ISSUE_WHAT_IS_DUE, programme, agreement)


def look_after_start(programme: str) -> Iterator[Fact]:
    """Have what is open in a programme looked at anew, although there is no news of it."""
    return marks.leave(LOOK_AFTER_START, programme)


def look_at_party(party: str) -> Iterator[Fact]:
    """Have each agreement of a party looked at: those that the party has when the mark is worked off."""
    return marks.leave(LOOK_AT_PARTIES, ALL_PARTIES, party)
