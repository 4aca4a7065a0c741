"""Which sessions stand in a feed, and what is said of each (S6, S2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scheduling.feeds.domain.feed import Feed
from services.scheduling.sessions.domain.session import Session

CANCELLED_STAYS = timedelta(days=30)
CANCELLED = "AVLYST"
UNTITLED = "Samling"  # its title is lost, until somebody says it anew


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A session as a feed has it. `changed_at` is when it was changed last, and so what it says is from then."""

    session: Session
    changed_at: datetime
    party_name: (
        str | None
    )  # what the party that it is held with is called; none where it has none, or that is not known here

    def summary(self, feed: Feed) -> str:
        """What it is called; an advisor has many of one title, each with another municipality."""
        it = self.session
        title = it.title or UNTITLED
        if feed.kind == "advisor" and it.party:
            title = f"{title}, {self.party_name or it.party}"
        return f"{CANCELLED}: {title}" if it.state == "cancelled" else title

    def uid(self, feed: Feed) -> str:
        """By which it stays one entry. An advisor's is that of the mails about it, which have one for each person."""
        whose = f".{feed.advisor}" if feed.advisor else ""
        return f"{self.session.id}{whose}@fremtidens-kulturskole"


def is_kept(state: str, changed_at: datetime | None, now: datetime) -> bool:
    """Whether a session is told of at all: what is cancelled is, for thirty days, so that nobody misses why it is gone.

    `changed_at` is none of one that was cancelled before that was written down, which is long ago.
    """
    return state != "cancelled" or (changed_at is not None and now - changed_at < CANCELLED_STAYS)
