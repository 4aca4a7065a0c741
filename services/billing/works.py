"""Billing's works, and the marks by which facts have them done (shared/messaging/marks.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

ISSUE_WHAT_IS_DUE = "issue what is due"  # a key is a programme, a part one of its agreements, or one of the next two
OF_OCCASION = "occasion "  # and the id of a session or a release of which there is news
OF_START = "start"
LOOK_AT_PARTIES = "look at parties"  # a part is a party; working it off marks the party's agreements
ALL_PARTIES = "all"  # the only key of LOOK_AT_PARTIES
MAKE_FILES = "make files"  # a key is a programme, a part OF_START, or one of its documents whose files are made again


def look_again(programme: str, agreement: str | None = None) -> Iterator[Fact]:
    """Have `issue_what_is_due` look at one agreement, or at all of the programme's."""
    return marks.leave(ISSUE_WHAT_IS_DUE, programme, agreement)


def look_again_for(programme: str, occasion: str) -> Iterator[Fact]:
    """Have all of a programme's agreements looked at, since there is news of this session or release."""
    yield from look_again(programme)
    yield from marks.leave(ISSUE_WHAT_IS_DUE, programme, OF_OCCASION + occasion)


def look_after_start(programme: str) -> Iterator[Fact]:
    """Have all of a programme's agreements looked at, although there is no news of it."""
    yield from look_again(programme)
    yield from marks.leave(ISSUE_WHAT_IS_DUE, programme, OF_START)


def occasions_in(parts: Iterable[str]) -> Iterator[str]:
    """The ids of the sessions and releases of which there is news."""
    return (part.removeprefix(OF_OCCASION) for part in parts if part.startswith(OF_OCCASION))


def look_at_party(party: str) -> Iterator[Fact]:
    """Have each agreement of a party looked at: those that the party has when the mark is worked off."""
    return marks.leave(LOOK_AT_PARTIES, ALL_PARTIES, party)


def make_files(programme: str) -> Iterator[Fact]:
    """Have a programme's documents looked at that have no files yet."""
    return marks.leave(MAKE_FILES, programme)


def make_files_again(programme: str, document: str) -> Iterator[Fact]:
    """The same of one that came back without its files, which may have been sent: those that are made now say so."""
    return marks.leave(MAKE_FILES, programme, document)


def make_files_after_start(programme: str) -> Iterator[Fact]:
    """The same of those too that no files could be made of: this version may be able to."""
    return marks.leave(MAKE_FILES, programme, OF_START)
