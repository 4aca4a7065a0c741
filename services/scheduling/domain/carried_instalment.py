"""Which session carries which instalment (B3, B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.domain.session import Session, check_open
from shared.errors import Conflict, RuleBroken

RULE = "B3"


def carrying(session: Session, instalment: int | None, carrier: str | None) -> Session:
    """The session with this instalment's number, or with none. `carrier` is the id of the session that has it now.

    Raises RuleBroken or Conflict.
    """
    if session.instalment == instalment:
        return session
    check_open(session, "instalment")
    found = replace(session, instalment=instalment)
    check_instalment(found, carrier)
    return found


def check_instalment(session: Session, carrier: str | None) -> None:
    """Only a physical joint session carries one, and no two of a programme the same."""
    if session.instalment is None:
        return
    if session.kind != "joint_session" or session.format != "physical":
        msg = "only a physical joint session carries an instalment"
        raise RuleBroken(msg, rule=RULE, field="instalment")
    if carrier not in (None, session.id):
        msg = f"another session of the programme carries instalment {session.instalment}"
        raise Conflict(msg, rule=RULE, field="instalment")
