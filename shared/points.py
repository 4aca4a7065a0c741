"""Named points at which a process may die, so that tests can have it die exactly there. Elsewhere they do nothing."""

from __future__ import annotations

import os
import signal

VARIABLE = (
    "KULTURSKOLE_DIE_AT"  # "relay.published" or, to die when it is reached for the third time, "relay.published:3"
)
EVENTS = "KULTURSKOLE_DIE_ON"  # ids of events whose handling kills the process, with commas between them

POINTS = (
    "commit.before",  # of any transaction
    "commit.after",
    "batch.before_commit",
    "batch.committed",  # and not acked
    "batch.acked",
    "alone.counted",  # the attempt is committed, the message not handled
    "relay.before_publish",
    "relay.published",  # and the ack not recorded
    "relay.recorded",
    "work.slice_committed",
    "smtp.accepted",  # 250, and not recorded
)

_name, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times or 1)
_killers = frozenset(filter(None, os.environ.get(EVENTS, "").split(",")))


def reached(point: str) -> None:
    """Die here, by SIGKILL, if this process was told to."""
    global _left  # noqa: PLW0603 - one counter a process is what this is
    if point != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def handling(event_id: str) -> None:
    """Die of an event, if this is one of those that kill."""
    if event_id in _killers:
        os.kill(os.getpid(), signal.SIGKILL)
