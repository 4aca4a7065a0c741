"""What becomes of a mail that was tried and not accepted: failed, or tried again later. Runs on real time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)  # since it was first put off


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the SMTP server took a mail. `unreachable` says nothing about the mail: the server took none."""

    kind: Literal["accepted", "put_off", "refused", "unreachable"]
    reply: int | None = None  # the SMTP code; none where there was no reply
    reason: str | None = None  # why the server took none, in its words or the network's


@dataclass(frozen=True, kw_only=True)
class Next:
    """What is to be done with a mail that was not accepted."""

    state: Literal["queued", "failed"]
    try_at: datetime
    tries: int  # without those that never reached the server
    put_off_at: datetime | None  # when it was put off for the first time


def next_of(outcome: Outcome, *, tries: int, put_off_at: datetime | None, now: datetime) -> Next:
    """What to do with a mail after its `tries`-th try, which was not accepted. All times are real times."""
    if outcome.kind == "unreachable":
        # It is the server that is left alone for a while, and not this mail: its claim counted a try, which is taken back.
        return Next(state="queued", try_at=now, tries=tries - 1, put_off_at=put_off_at)
    first = put_off_at or now
    if outcome.kind == "refused" or now - first >= GIVE_UP_AFTER:
        return Next(state="failed", try_at=now, tries=tries, put_off_at=put_off_at)
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries - 1, 20))  # 20, since a timedelta has an end
    return Next(state="queued", try_at=now + delay, tries=tries, put_off_at=first)
