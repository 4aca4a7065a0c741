"""Which session carries which instalment (B3, B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.sessions.domain.session import Session, check_open
from shared.errors import Conflict, RuleBroken

RULE = "B3"


def with_instalment(session: Session, instalment: int | None, carrier: str | None) -> Session:
    """The session with this instalment, or with none. `carrier` is the id of the session that carries it now, if one does.

    Raises RuleBroken or Conflict.
    """
    if session.instalment == instalment:
        return session
    check_open(session, "instalment")
    found = replace(session, instalment=instalment, freed_instalment=None)
    check_instalment(found, carrier)
    return found


def check_instalment(session: Session, carrier: str | None) -> None:
    """Raises RuleBroken where it is no physical joint session, Conflict where another session carries the instalment (B3)."""
    if session.instalment is None:
        return
    if session.kind != "joint_session" or session.format != "physical":
        msg = "only a physical joint session carries an instalment"
        raise RuleBroken(msg, code="only_physical_carries_instalment", rule=RULE, field="instalment")
    if carrier not in (None, session.id):
        msg = f"another session of the programme carries instalment {session.instalment}"
        raise Conflict(
            msg, code="instalment_is_carried", rule=RULE, field="instalment", values={"instalment": session.instalment}
        )
