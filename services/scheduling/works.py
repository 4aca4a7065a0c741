"""Scheduling's work, and the marks by which facts have it done (shared/messaging/marks.py)."""

from __future__ import annotations

FORGET_PEOPLE = "forget people"  # a key is the id of a person who was erased
HAND_SESSIONS_ON = "hand sessions on"  # a key is a programme, a part an agreement that another party has taken over
