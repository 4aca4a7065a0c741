"""What whoever completes a session, or revokes that, expects billing to issue: it guards against a page that is out of date."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict, NotAsExpected, RuleBroken


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is issued at once; what waits for an approval is no part of it."""

    invoices: int
    credit_notes: int
    total_ore: int  # what is invoiced less what is credited


def check_may_be_expected(session: Session) -> None:
    """Raises RuleBroken for a session of which billing hears nothing: only joint sessions carry instalments (B3)."""
    if session.kind != "joint_session":
        msg = "only of a joint session anything is issued; say nothing of what is expected"
        raise RuleBroken(msg, code="only_joint_sessions_are_invoiced", rule="B3", field="expect")


def check_expected(expected: Expected, found: Expected | None) -> None:
    """Raises NotAsExpected; `found` is what billing says, none where it does not know the session as it stands now."""
    if found is None:
        msg = (
            "billing has not heard of the last change of this session yet, and cannot say what would follow; try again"
        )
        raise NotAsExpected(msg, code="change_is_not_heard_yet", preview=None)
    if found != expected:
        msg = "what would be issued is not what is expected; look at it anew"
        raise NotAsExpected(msg, code="not_as_expected", preview=asdict(found))


def check_is_as_asked(asked: Session | None, session: Session, after: Session) -> None:
    """Raises Conflict where a session that becomes another was changed since billing was asked about it; none was, without `asked`."""
    if asked is not None and after != session != asked:
        msg = "the session was changed just now; look at it, and try again"
        raise Conflict(msg, code="just_being_changed", field="expect")
