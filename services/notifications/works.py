"""What notifications' marks are left on, and for which work."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

WRITE_MAILINGS = "write mailings"  # that wait in a programme, for one of its parties or for all
UPDATE_CALENDARS = "update calendars"  # of a programme: all, or what concerns one of its parties or sessions
# Each leaves marks of the two above, in the programmes that the party has to do with by then.
LOOK_AT_MAILINGS_OF_PARTIES = "look at mailings of parties"
LOOK_AT_CALENDARS_OF_PARTIES = "look at calendars of parties"
ALL_PARTIES = "all"  # the one key that these have: the parts are parties

PARTY, SESSION = "party/", "session/"  # what a part of a programme's calendars begins with


def look_at_mailings(programme: str, party: str | None = None) -> Iterator[Fact]:
    """Have the waiting mailings of a party looked at, or all of the programme's."""
    return marks.leave(WRITE_MAILINGS, programme, party)


def look_at_calendars(programme: str, part: str | None = None) -> Iterator[Fact]:
    """Have a programme's calendars looked at: all, or a part, `of_party` or `of_session`."""
    return marks.leave(UPDATE_CALENDARS, programme, part)


def look_at_party(party: str) -> Iterator[Fact]:
    """Have a party's waiting mailings and calendars looked at in all programmes, whichever these are by then."""
    yield from marks.leave(LOOK_AT_MAILINGS_OF_PARTIES, ALL_PARTIES, party)
    yield from marks.leave(LOOK_AT_CALENDARS_OF_PARTIES, ALL_PARTIES, party)


def of_party(party: str) -> str:
    return PARTY + party


def party_of(part: str | None) -> str | None:
    """The party that a part of a programme's calendars is; none where it is something else."""
    return part.removeprefix(PARTY) if part and part.startswith(PARTY) else None


def of_session(session: str) -> str:
    return SESSION + session
