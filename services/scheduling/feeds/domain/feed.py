"""Whose calendar a feed is, and which of its addresses is the newest (S6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from shared.errors import Conflict, NotFound

Kind = Literal["programme", "party", "advisor"]

PROGRAMME = r"[a-z0-9][a-z0-9-]{0,39}"
WHOSE: dict[Kind, re.Pattern[str]] = {
    "programme": re.compile(rf"(?P<programme>{PROGRAMME})"),
    "party": re.compile(rf"(?P<programme>{PROGRAMME})\.(?P<party>[0-9]{{9}})"),
    "advisor": re.compile(r"(?P<advisor>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
}


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The calendar of a programme, of a party in a programme, or of an advisor in all programmes.

    `number` counts its addresses from 1: renewing raises it, and what the addresses before it lead to is gone.
    """

    kind: Kind
    of: str  # the programme's code; the same, a dot and the party's organisation number; or the advisor's id as a person
    number: int

    @property
    def version(self) -> int:
        """By which who renews it says which address was seen."""
        return self.number

    @property
    def programme(self) -> str | None:
        return self._part("programme")

    @property
    def party(self) -> str | None:
        """An organisation number."""
        return self._part("party")

    @property
    def advisor(self) -> str | None:
        """A person's id."""
        return self._part("advisor")

    @property
    def has_links(self) -> bool:
        """Whether it says how to join online: it is one municipality's or one advisor's own."""
        return self.kind != "programme"

    def _part(self, name: str) -> str | None:
        found = WHOSE[self.kind].fullmatch(self.of)
        return found.groupdict().get(name) if found else None


def feed_of(kind: str, of: str, number: int = 1) -> Feed:
    """Raises NotFound where there can be no such feed."""
    for it, whose in WHOSE.items():
        if it == kind and whose.fullmatch(of):
            return Feed(kind=it, of=of, number=number)
    raise no_such_feed()


def renewed(feed: Feed, number: int) -> Feed:
    """The feed with its next address. Raises Conflict where another than the next is asked for."""
    if number != feed.number + 1:
        msg = f"the newest address of this calendar has number {feed.number}: the next has number {feed.number + 1}"
        raise Conflict(msg, code="feed_renewed_meanwhile", rule="S6", field="number")
    return replace(feed, number=number)


def no_such_feed() -> NotFound:
    msg = "there is no such calendar"
    return NotFound(msg, code="no_such_feed", rule="S6", field="of")
