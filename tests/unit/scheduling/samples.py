"""A joint session, of which tests make others."""

from __future__ import annotations

from datetime import date, timedelta

from services.scheduling.sessions.domain.session import Session
from shared.when import Days, When

LAST = date(2024, 9, 25)
JOINT = Session(
    id="one",
    version=1,
    programme="regionalt-2024-2025",
    party=None,
    kind="joint_session",
    format="physical",
    title="Fellessamling 1",
    number=1,
    instalment=1,
    when=When(days=Days(first=LAST - timedelta(days=1), last=LAST)),
    place="Kimen, Stjørdal",
    venue="Kimen",
    city="Stjørdal",
    meeting_link=None,
    state="planned",
)
