"""Named points at which a process may die, so that tests can have it die exactly there. Elsewhere they do nothing."""

from __future__ import annotations

import os
import signal

# Names a point, `relay.published`; or `relay.published:3`, to die when it is reached for the third time.
VARIABLE = "KULTURSKOLE_DIE_AT"
EVENTS = "KULTURSKOLE_DIE_ON"  # ids of events whose handling kills the process, with commas between them

UNREADABLE = "KULTURSKOLE_DIE_READING"  # ids of events of which already the reading kills it

POINTS = (
    "commit.before",  # of any transaction
    "commit.after",
    "batch.before_commit",
    "batch.committed",  # the messages are not acked yet
    "batch.acked",
    "alone.counted",  # the attempt is committed, the message not handled
    "relay.before_publish",
    "relay.published",  # acknowledged by the stream, and not recorded yet
    "relay.recorded",
    "work.slice_committed",
    "delivery.submitted",  # the access point may have it, and it is not recorded yet
    "smtp.accepted",  # the mail server said 250, and it is not recorded yet
)

_name, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times or 1)
_unreadable = tuple(it.encode() for it in os.environ.get(UNREADABLE, "").split(",") if it)
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
    """Die, by SIGKILL, if this process was told that handling this event kills it."""
    if event_id in _killers:
        os.kill(os.getpid(), signal.SIGKILL)


def reading(body: bytes) -> None:
    """Die, by SIGKILL, if this process was told that reading this message kills it."""
    if any(it in body for it in _unreadable):
        os.kill(os.getpid(), signal.SIGKILL)
