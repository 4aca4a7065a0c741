"""What a plan lacks of the programme's shape (S1): a finding, shown and accepted with a reason, and never a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

from services.scheduling.sessions.domain.period import Period
from services.scheduling.sessions.domain.session import Session

FindingCode = Literal[
    "physical_joint_sessions_are_missing",
    "digital_joint_sessions_are_missing",
    "digital_coordinator_meeting_is_missing",
    "guidance_is_missing",
    "not_three_semesters",
]
OF_EACH_FORMAT, SEMESTERS = 3, 3
AUGUST = 8  # the month in which the second semester of a year begins


@dataclass(frozen=True, kw_only=True)
class PlanFinding:
    """Two are the same where their code and sessions are."""

    code: FindingCode
    explanation: str = field(compare=False)  # in English; who shows it has the words for its code
    values: Mapping[str, int] = field(compare=False, default_factory=dict)
    sessions: tuple[str, ...] = ()  # the ids of those that there are, or between which something is missing

    @property
    def about(self) -> str:
        """What tells it from others of its code."""
        return ",".join(self.sessions)


def plan_findings(sessions: Sequence[Session], period: Period) -> list[PlanFinding]:
    """Of all sessions of a programme; those that are cancelled count for nothing."""
    standing = sorted((it for it in sessions if it.state != "cancelled"), key=lambda it: (it.when.earliest, it.id))
    joint = [it for it in standing if it.kind == "joint_session"]
    return [*_of_semesters(period), *_of_number(joint), *_of_gaps(joint, standing)]


def semesters(period: Period) -> int:
    """How many the period touches: from January to July, and from August to December."""
    first, last = (2 * day.year + (day.month >= AUGUST) for day in (period.start, period.end))
    return last - first + 1


def _of_semesters(period: Period) -> Iterator[PlanFinding]:
    found = semesters(period)
    if found != SEMESTERS:
        yield PlanFinding(
            code="not_three_semesters",
            explanation=f"the period is {found} semesters, and not {SEMESTERS}",
            values={"found": found},
        )


def _of_number(joint: Sequence[Session]) -> Iterator[PlanFinding]:
    physical, digital = (tuple(it.id for it in joint if it.format == format) for format in ("physical", "digital"))
    if len(physical) < OF_EACH_FORMAT:
        yield PlanFinding(
            code="physical_joint_sessions_are_missing",
            explanation=f"of {OF_EACH_FORMAT} physical joint sessions there are {len(physical)}",
            values={"found": len(physical)},
            sessions=physical,
        )
    if len(digital) < OF_EACH_FORMAT:
        yield PlanFinding(
            code="digital_joint_sessions_are_missing",
            explanation=f"of {OF_EACH_FORMAT} digital joint sessions there are {len(digital)}",
            values={"found": len(digital)},
            sessions=digital,
        )


def _of_gaps(joint: Sequence[Session], standing: Sequence[Session]) -> Iterator[PlanFinding]:
    for before, after in pairwise(joint):
        between = (before.id, after.id)
        if not _is_between(standing, before, after, _is_digital_meeting):
            yield PlanFinding(
                code="digital_coordinator_meeting_is_missing",
                explanation="no coordinator meeting between these two is digital",
                sessions=between,
            )
        if not _is_between(standing, before, after, _is_visit):
            yield PlanFinding(
                code="guidance_is_missing", explanation="there is no guidance between these two", sessions=between
            )


def _is_digital_meeting(session: Session) -> bool:
    return session.kind == "coordinator_meeting" and session.format == "digital"


def _is_visit(session: Session) -> bool:
    """The plan's own line for a visit counts as those that are planned with each party do."""
    return session.kind == "guidance_visit"


def _is_between(standing: Sequence[Session], before: Session, after: Session, kind: Callable[[Session], bool]) -> bool:
    """Whether one is, or by what is known of its date may be."""
    ends, begins = min(last for _, last in before.when.ranges()), _latest(after)
    return any(kind(it) and any(first < begins and last > ends for first, last in it.when.ranges()) for it in standing)


def _latest(session: Session) -> date:
    """The last day that it may begin on."""
    days = session.when.days
    return days.first if days else max(last for _, last in session.when.ranges())
