"""Notifications' works, and the marks by which facts have them done (shared/messaging/marks.py)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messaging import marks
from shared.messaging.facts import Fact

WRITE_MAILINGS = "write mailings"  # a key is a programme, a part one of its parties
UPDATE_CALENDARS = "update calendars"  # a key is a programme, a part `of_party` or `of_session`
FORGET_PEOPLE = "forget people"  # a key is the id of a person who was erased
FOLLOW_ADDRESSES = "follow addresses"  # a key is a programme, a part one of its parties
# A part is a party. Working it off leaves marks of the two above, in each programme that the party has to do with by then.
LOOK_AT_MAILINGS_OF_PARTIES = "look at mailings of parties"
LOOK_AT_CALENDARS_OF_PARTIES = "look at calendars of parties"
ALL_PARTIES = "all"  # the only key of these two

PARTY, SESSION = "party/", "session/"  # what a part of UPDATE_CALENDARS begins with


def look_at_mailings(programme: str, party: str | None = None) -> Iterator[Fact]:
    """Have the waiting mailings of a party looked at, or all of the programme's."""
    return marks.leave(WRITE_MAILINGS, programme, party)


def look_at_calendars(programme: str, part: str | None = None) -> Iterator[Fact]:
    """Have a programme's calendars looked at: all, or a part, `of_party` or `of_session`."""
    return marks.leave(UPDATE_CALENDARS, programme, part)


def look_at_addresses(programme: str, party: str) -> Iterator[Fact]:
    """Have it be looked whether somebody of a party has another address, to whom something was told that still matters."""
    return marks.leave(FOLLOW_ADDRESSES, programme, party)


def look_at_party(party: str) -> Iterator[Fact]:
    """Have a party's waiting mailings and calendars looked at, in each programme that it has to do with by then."""
    yield from marks.leave(LOOK_AT_MAILINGS_OF_PARTIES, ALL_PARTIES, party)
    yield from marks.leave(LOOK_AT_CALENDARS_OF_PARTIES, ALL_PARTIES, party)


def of_party(party: str) -> str:
    return PARTY + party


def party_of(part: str | None) -> str | None:
    """The party that a part of UPDATE_CALENDARS is about; none where it is about a session, or about all."""
    return part.removeprefix(PARTY) if part and part.startswith(PARTY) else None


def of_session(session: str) -> str:
    return SESSION + session


def session_of(part: str | None) -> str | None:
    """The session that a part of UPDATE_CALENDARS is about; none where it is about a party, or about all."""
    return part.removeprefix(SESSION) if part and part.startswith(SESSION) else None
