"""All that speaks against the days of sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.scheduling.circumstances.domain.advisor_in_two_places import advisor_in_two_places
from services.scheduling.circumstances.domain.circumstances import Circumstances
from services.scheduling.circumstances.domain.days_to_avoid import on_days_to_avoid
from services.scheduling.circumstances.domain.party_in_programme import party_not_in_programme
from services.scheduling.circumstances.domain.plan_warning import PlanWarning
from services.scheduling.circumstances.domain.public_holidays import on_public_holidays
from services.scheduling.circumstances.domain.visits_on_joint_sessions import visits_on_joint_sessions
from services.scheduling.circumstances.domain.weekends import on_weekends
from services.scheduling.sessions.domain.session import Session


def warnings_of_session(session: Session, around: Circumstances) -> Iterator[PlanWarning]:
    """Nothing where only weeks or months are known (S2)."""
    yield from on_public_holidays(session)
    yield from on_weekends(session)
    yield from on_days_to_avoid(session, around.avoided)
    yield from visits_on_joint_sessions(session, around)
    yield from advisor_in_two_places(session, around)
    yield from party_not_in_programme(session, around)


def warnings_of(sessions: Iterable[Session], around: Circumstances) -> set[PlanWarning]:
    """As they are among `around`."""
    found = around.with_sessions(sessions)
    return {warning for it in sessions for warning in warnings_of_session(it, found)}
