"""Registration's works, and the marks by which they are done (shared/messaging/marks.py)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

MAKE_DOCUMENTS = "make documents"  # a key is the id of an agreement, of which a document was written
FOLLOW_NAMES = "follow names"  # a part is the id of a person, a party's number or a programme's code
NAMES = "names"  # the only key of FOLLOW_NAMES


def renamed(what: str) -> Iterator[Fact]:
    """Have the agreements looked at that name this person, party or programme, and that nobody has signed yet."""
    return marks.leave(FOLLOW_NAMES, NAMES, what)
