"""Whether a database is older than what was told: put back from a copy, or a stand-by that lagged behind.

Pure: `guard.py` gathers the facts, the streams before the database, so that what is told meanwhile is known there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.messaging.streams import MAX_AGE

SKEW = timedelta(seconds=5)  # at most, between the clocks of NATS and a service


@dataclass(frozen=True, kw_only=True)
class StreamEvent:
    stream: str
    sequence: int
    id: str  # the body's SHA-256 where it has none
    digest: str = ""  # the body's SHA-256
    type: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A row of the outbox that the stream has acknowledged."""

    event_id: str
    type: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Own:
    """The service's own stream, and what its outbox has of it."""

    stream: str
    made_at: datetime | None  # none where the stream is missing
    newest: StreamEvent | None = None  # in the stream, of those that nobody disowned
    is_known: bool = False  # whether the outbox has that one
    oldest_sent_at: datetime | None = None
    newest_sent: Sent | None = None
    last_on_its_subject: str | None = None  # the id of the event in the stream that is last on newest_sent's subject
    last_was_sent_at: datetime | None = None  # that one, by the outbox; none where it is unsent again, or not known


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """How far the database has taken in a stream; `made_at` is the stream's."""

    made_at: datetime
    sequence: int


@dataclass(frozen=True, kw_only=True)
class Consumed:
    """A stream that is consumed: how far it was acknowledged in this service's name, and taken in."""

    stream: str
    made_at: datetime
    filters: tuple[str, ...]  # the subjects that concern the service
    acknowledged: int  # all up to this sequence; those that do not concern the service are among them
    taken_in: TakenIn | None = None  # none in a database from before this was written down, and in a new one
    waiting: tuple[
        tuple[int, str], ...
    ] = ()  # sequence and digest of what was acknowledged while it waits for another attempt
    missing: StreamEvent | None = (
        None  # an event that was acknowledged and concerns the service, and that the inbox lacks
    )
    seen: int | None = None  # up to where `unaccounted` was looked at, where that is not all of it

    @property
    def unaccounted(self) -> tuple[int, int] | None:
        """Between which sequences events were acknowledged of which the database has not written down that it has them.

        After the first, up to the second. A stream that was made anew counts from 1, and so may be looked at whole.
        """
        is_the_same = self.taken_in is not None and self.taken_in.made_at == self.made_at
        after = self.taken_in.sequence if self.taken_in and is_the_same else 0
        return (after, self.acknowledged) if after < self.acknowledged else None

    @property
    def accounted(self) -> int:
        """Up to where all that was acknowledged is known to be there, where nothing is missing."""
        return self.acknowledged if self.seen is None else self.seen


@dataclass(frozen=True, kw_only=True)
class Missing:
    """An event that was told or acknowledged by this service, and that its database does not know."""

    event: StreamEvent
    known: str  # what the database knows instead

    def __str__(self) -> str:
        it = self.event
        return f"{it.stream} has {it.type} {it.id} as its number {it.sequence}; {self.known}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`older`, `recovery`: nothing may be served. `lost`: what the service's own stream lacks, which sending it again brings."""

    older: tuple[Missing, ...] = ()
    recovery: datetime | None = None  # since when the database is being recovered
    lost: str | None = None

    @property
    def why_not(self) -> str | None:
        """Why nothing may be served, for people."""
        reasons = [str(it) for it in self.older]
        if self.recovery is not None:
            reasons.append(f"`recover` has begun on it at {self.recovery:%Y-%m-%d %H:%M} UTC and not come to its end")
        return "; ".join(reasons) or None


def judge(own: Own, consumed: Sequence[Consumed], *, now: datetime, recovery: datetime | None = None) -> Verdict:
    """`now` is the real time, `recovery` since when the database is being recovered."""
    older = [Missing(event=own.newest, known=_known_of(own))] if own.newest and not own.is_known else []
    older += [Missing(event=it.missing, known=_taken_in_of(it)) for it in consumed if it.missing]
    return Verdict(older=tuple(older), recovery=recovery, lost=_lost(own, now=now))


def _known_of(own: Own) -> str:
    if own.newest_sent is None:
        return "the database has sent nothing"
    it = own.newest_sent
    return f"the newest that the database has sent is {it.type} {it.event_id}"


def _taken_in_of(it: Consumed) -> str:
    if it.taken_in is None:
        return "it was acknowledged, and the database has not taken it in"
    if it.taken_in.made_at != it.made_at:
        return "it was acknowledged, and the database knows the stream only as it was before it was made anew"
    if it.missing is not None and it.missing.sequence <= it.taken_in.sequence:
        return "it was acknowledged, and in the database it waits for another attempt"
    return f"it was acknowledged, and the database has taken in no more than number {it.taken_in.sequence}"


def _lost(own: Own, *, now: datetime) -> str | None:
    service = own.stream.lower()
    if own.made_at is None:
        return f"the stream {own.stream} is missing: provision, then republish {service}"
    if own.oldest_sent_at is not None and own.oldest_sent_at < own.made_at - SKEW:
        return f"the stream {own.stream} was made anew and lacks what was told before: republish {service}"
    sent = own.newest_sent
    if sent is None or sent.published_at < now - timedelta(seconds=MAX_AGE):
        return None
    # Another may stand behind it on the same subject: one that was sent later, or is being sent again.
    is_there = own.last_on_its_subject is not None and (
        own.last_on_its_subject == sent.event_id
        or own.last_was_sent_at is None
        or own.last_was_sent_at >= sent.published_at
    )
    if is_there:
        return None
    return f"the stream {own.stream} lacks {sent.type} {sent.event_id}, which was sent: republish {service}"
