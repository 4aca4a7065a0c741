"""A visit or meeting with a party that is not in the programme: not accepted, or with an agreement that has ended by then."""

from __future__ import annotations

from collections.abc import Iterator

from services.scheduling.circumstances.domain.circumstances import Circumstances
from services.scheduling.circumstances.domain.plan_warning import PlanWarning
from services.scheduling.sessions.domain.session import Session


def party_not_in_programme(session: Session, around: Circumstances) -> Iterator[PlanWarning]:
    days = session.when.days
    if session.party is None or days is None or session.state == "cancelled":
        return
    member = around.members.get(session.party)
    if member is None or not member.is_accepted or (member.ends_on is not None and member.ends_on <= days.last):
        yield PlanWarning(
            code="party_not_in_programme",
            text=f"the party is not in the programme on {days.last}",
            values={"day": days.last, "party": session.party},
            day=days.last,
            sessions=(session.id,),
        )
