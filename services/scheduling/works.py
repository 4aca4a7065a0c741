"""Scheduling's work, and the marks by which facts have it done (shared/messaging/marks.py)."""

from __future__ import annotations

HAND_SESSIONS_ON = "hand sessions on"  # a key is a programme, a part an agreement that another party has taken over
