"""What billing's marks are left on, and for which work."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

ISSUE_WHAT_IS_DUE = "issue what is due"  # in a programme, to one of its agreements or to all
LOOK_AT_PARTIES = "look at parties"  # which marks the agreements of each
ALL_PARTIES = "all"  # the one key that its marks are on: the parts are parties


def look_again(programme: str, agreement: str | None = None) -> Iterator[Fact]:
    """Have `issue_what_is_due` look at one agreement, or at all of the programme's."""
    return marks.leave(ISSUE_WHAT_IS_DUE, programme, agreement)


def look_at_party(party: str) -> Iterator[Fact]:
    """Have each agreement of this party looked at, whichever there are by then."""
    return marks.leave(LOOK_AT_PARTIES, ALL_PARTIES, party)
