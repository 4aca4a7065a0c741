"""A session of the plan, and what may become of it (S1, S3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.scheduling.domain.when import When, check, check_sharpening
from shared.errors import Conflict, RuleBroken

Kind = Literal[
    "joint_session",
    "coordinator_meeting",
    "guidance_visit",
    "inspiration_session",
    "sharing_arena",
    "contract_meeting",
]
Format = Literal["physical", "digital", "undecided"]
State = Literal["planned", "cancelled", "completed"]
# Planned one by one with each party. The plan's own line for them has none: it invites nobody and is never completed.
KINDS_OF_ONE_PARTY = ("guidance_visit", "contract_meeting")


@dataclass(frozen=True, kw_only=True)
class Session:
    id: str
    version: int
    programme: str
    party: str | None  # organisation number
    kind: Kind
    format: Format
    title: str
    number: int | None  # among its kind
    instalment: int | None  # the one that it carries (B3)
    when: When
    place: str | None
    meeting_link: str | None
    state: State


def check_planned(session: Session) -> None:
    """Raises RuleBroken for a session that can't stand in a plan."""
    check(session.when)
    check_format(session)
    if session.party and session.kind not in KINDS_OF_ONE_PARTY:
        msg = "only visits and contract meetings are held with one party"
        raise RuleBroken(msg, rule="S1", field="party")


def check_place(standing: Session | None) -> None:
    """Raises Conflict where another session stands in the same place of the plan."""
    if standing is not None:
        msg = "another session stands in this place of the plan"
        raise Conflict(msg, rule="S4", field="number")


def check_format(session: Session) -> None:
    if session.kind == "joint_session" and session.format == "undecided":
        msg = "a joint session is physical or digital"
        raise RuleBroken(msg, rule="S3", field="format")


def check_open(session: Session, field: str) -> None:
    """Number, format and dates of a completed session stand, and a cancelled one is gone. Raises Conflict."""
    if session.state == "completed":
        msg = "the session is completed; revoke its completion first"
        raise Conflict(msg, rule="S3", field=field)
    check_not_cancelled(session, field)


def check_not_cancelled(session: Session, field: str) -> None:
    if session.state == "cancelled":
        msg = "the session is cancelled; plan it anew"
        raise Conflict(msg, rule="S3", field=field)


def sharpened(session: Session, when: When) -> Session:
    """Raises RuleBroken where it is no sharpening (S2), Conflict where the session is completed or cancelled."""
    if session.when == when:
        return session
    check_open(session, "when")
    check(when)
    check_sharpening(session.when, when)
    return replace(session, when=when)


def moved(session: Session, when: When) -> Session:
    if session.when == when:
        return session
    check_open(session, "when")
    check(when)
    return replace(session, when=when)


def formatted(session: Session, format: Format) -> Session:
    """A session that is no longer physical gives its instalment's number free (B6)."""
    if session.format == format:
        return session
    check_open(session, "format")
    found = replace(session, format=format, instalment=session.instalment if format == "physical" else None)
    check_format(found)
    return found


def cancelled(session: Session) -> Session:
    """Its instalment's number is free (B6)."""
    if session.state == "cancelled":
        return session
    check_open(session, "state")
    return replace(session, state="cancelled", instalment=None)


def completed(session: Session, today: date) -> Session:
    """Completing needs exact days and a last day that has begun (S3). Raises RuleBroken."""
    if session.state == "completed":
        return session
    check_not_cancelled(session, "state")
    if session.kind in KINDS_OF_ONE_PARTY and session.party is None:
        msg = "this line of the plan stands for what is planned with each party, and is never completed itself"
        raise RuleBroken(msg, rule="S4", field="state")
    if session.when.days is None:
        msg = "completing needs exact days"
        raise RuleBroken(msg, rule="S3", field="when")
    if today < session.when.days.last:
        msg = f"the last day, {session.when.days.last}, has not begun"
        raise RuleBroken(msg, rule="S3", field="when")
    return replace(session, state="completed")


def completion_revoked(session: Session) -> Session:
    if session.state == "planned":
        return session
    check_not_cancelled(session, "state")
    return replace(session, state="planned")
