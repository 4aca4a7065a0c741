"""A visit on a day on which all meet: whoever is visited, and the advisor, would be elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from services.scheduling.circumstances.domain.circumstances import Circumstances
from services.scheduling.circumstances.domain.plan_warning import PlanWarning, days_of
from services.scheduling.sessions.domain.session import Session


def visits_on_joint_sessions(session: Session, around: Circumstances) -> Iterator[PlanWarning]:
    """Of a visit, and of a joint session. The plan's own line for visits is none."""
    for day in days_of(session):
        for other in around.others_on(day, session):
            if other.programme == session.programme and _collide(session, other):
                yield PlanWarning(
                    code="visit_on_joint_session",
                    text=f"{day} has a visit and a joint session",
                    values={"day": day, "session": other.id},
                    day=day,
                    sessions=tuple(sorted((session.id, other.id))),
                )


def _collide(one: Session, other: Session) -> bool:
    return any(
        visit.kind == "guidance_visit" and visit.party is not None and joint.kind == "joint_session"
        for visit, joint in ((one, other), (other, one))
    )
