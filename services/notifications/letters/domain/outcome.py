"""What becomes of a mail that was tried and not accepted: failed, or tried again later. Runs on real time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)  # since it was first put off

Kind = Literal["accepted", "put_off", "refused", "overtaken", "refused_us", "unreachable", "untried"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the SMTP server took a mail.

    `refused` is this mail for good, `put_off` this mail for now. `refused_us` is about who we are or what we send; whether it
    is about every mail shows at the others (sending/domain/standing.py). `unreachable` says nothing about the mail: the server
    took none. `untried`: it was left alone. `overtaken`: it is not sent, since what it says is so no more.
    """

    kind: Kind
    reply: int | None = None  # the SMTP code; none where there was no reply
    reason: str | None = None  # why it was not taken, in the server's words or the network's, without an address
    message: bytes | None = None  # what was taken


@dataclass(frozen=True, kw_only=True)
class Next:
    """What is to be done with a mail that was not accepted."""

    state: Literal["queued", "failed"]
    try_at: datetime
    tries: int  # without those that never reached the server
    put_off_at: datetime | None  # when it was put off for the first time


def next_of(outcome: Outcome, *, tries: int, put_off_at: datetime | None, try_at: datetime, now: datetime) -> Next:
    """What to do with a mail after its `tries`-th try, due at `try_at`, which was not accepted. All times are real times."""
    if outcome.kind in ("unreachable", "untried"):
        # It is the server that is left alone for a while, and not this mail: its claim counted a try, which is taken back. One
        # that was tried has its next turn after those that wait, since it may be the only one that is refused.
        due = now if outcome.kind == "unreachable" else try_at
        return Next(state="queued", try_at=due, tries=tries - 1, put_off_at=put_off_at)
    first = put_off_at or now
    if outcome.kind in ("refused", "overtaken") or now - first >= GIVE_UP_AFTER:
        return Next(state="failed", try_at=now, tries=tries, put_off_at=put_off_at)
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries - 1, 20))  # 20, since a timedelta has an end
    return Next(state="queued", try_at=now + delay, tries=tries, put_off_at=first)
