"""What may stand in a plan, and where (S1, S4)."""

from __future__ import annotations

from services.scheduling.sessions.domain.format import check_format
from services.scheduling.sessions.domain.session import KINDS_OF_ONE_PARTY, Session
from services.scheduling.sessions.domain.sound_date import check_sound
from shared.errors import Conflict, RuleBroken


def check_planned(session: Session) -> None:
    """Raises RuleBroken for a session that can't stand in a plan."""
    check_sound(session.when)
    check_format(session)
    if session.party and session.kind not in KINDS_OF_ONE_PARTY:
        msg = "only visits and contract meetings are held with one party"
        raise RuleBroken(msg, code="not_held_with_one_party", rule="S1", field="party")


def check_place_is_free(standing: Session | None) -> None:
    """Raises Conflict where another session stands in this place of the plan (S4)."""
    if standing is not None:
        if standing.number is None:
            msg = f"session {standing.id} of that kind has no number either: give this one a number"
            raise Conflict(msg, code="number_is_missing", rule="S4", field="number")
        msg = f"session {standing.id} stands in this place of the plan: of that kind, with that number and party"
        raise Conflict(msg, code="place_in_plan_is_taken", rule="S4", field="number")
