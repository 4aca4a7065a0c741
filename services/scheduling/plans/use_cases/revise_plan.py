"""Revise a published plan in one step (S6): many moves, or all that is planned ahead some weeks later; all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_all_warnings
from services.scheduling.plans.domain.plan import Plan, Reason, is_revision
from services.scheduling.plans.domain.postponing import is_ahead, postponed
from services.scheduling.plans.domain.revision import Move, check_each_once, check_may_be_revised, moved_in_revision
from services.scheduling.plans.use_cases.change_plan import note_revision, told_plan
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions import telling
from services.scheduling.sessions.domain.period import Period
from services.scheduling.sessions.domain.session import Session
from shared import clock, seen
from shared.contracts import scheduling as events
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.messaging import outbox

Moved = list[tuple[Session, Session]]  # as it was, and as it is


async def move_many(
    database: Database,
    programme: str,
    moves: Sequence[Move],
    acceptance: Acceptance = NOTHING_SEEN,
    *,
    revision: int | None,
    reason: Reason,
    by: str,
) -> Plan:
    """Move these sessions; where all of them are there already, nothing is changed.

    `revision` is the one that whoever asks has seen; none: whichever stands. Raises NotFound, RuleBroken, Conflict, NotAccepted
    or Stale.
    """
    check_each_once(moves)
    async with database.transaction() as connection:
        plan, period = await _locked(connection, programme, revision)
        sessions = await session_rows.by_id(connection, programme, [it.session for it in moves])
        found: Moved = []
        for n, move in enumerate(moves):
            session = _seen_as(sessions.get(move.session), move, f"moves.{n}")
            found.append((session, moved_in_revision(session, move.when, period, f"moves.{n}.session")))
        return await _save(connection, plan, found, acceptance, reason=reason, by=by)


async def postpone(
    database: Database,
    programme: str,
    weeks: int,
    acceptance: Acceptance = NOTHING_SEEN,
    *,
    revision: int | None,
    reason: Reason,
    by: str,
) -> Plan:
    """Move all that is planned ahead, with whomever, so many weeks later.

    `revision` is the one that whoever asks has seen: asked for twice, it is done once. Raises NotFound, RuleBroken, Conflict,
    NotAccepted or Stale.
    """
    async with database.transaction() as connection:
        plan, period = await _locked(connection, programme, revision)
        today = await clock.today(connection)
        ahead = [it for it in await session_rows.planned(connection, programme) if is_ahead(it, today)]
        found = [(it, moved_in_revision(it, postponed(it.when, weeks), period, "postpone_weeks")) for it in ahead]
        return await _save(connection, plan, found, acceptance, reason=reason, by=by)


async def _locked(connection: AsyncConnection, programme: str, revision: int | None) -> tuple[Plan, Period]:
    """Raises NotFound, Stale or Conflict."""
    period = await session_rows.lock_programme(connection, programme)
    plan = await told_plan(connection, programme)
    seen.compare(plan)
    check_may_be_revised(plan, revision)
    return plan, period


def _seen_as(session: Session | None, move: Move, field: str) -> Session:
    """Raises NotFound, or Conflict where it was changed since whoever asks has seen it."""
    if session is None:
        msg = f"the programme has no session {move.session}"
        raise NotFound(msg, code="no_such_session", field=f"{field}.session")
    if move.version is not None and move.version != session.version and session.when != move.when:
        msg = f"session {session.id} was changed meanwhile, and stands at version {session.version}; look at it anew"
        raise Conflict(msg, code="session_was_changed", field=f"{field}.version", values={"version": session.version})
    return session


async def _save(
    connection: AsyncConnection, plan: Plan, moved: Moved, acceptance: Acceptance, *, reason: Reason, by: str
) -> Plan:
    """In a few statements, however many they are. Raises NotAccepted."""
    changed = [(before, replace(after, version=before.version + 1)) for before, after in moved if after != before]
    was, will_be = [before for before, _ in changed], [after for _, after in changed]
    await heed_all_warnings(connection, was, will_be, acceptance, by=by)
    await session_rows.save_all(connection, will_be, by=by)
    entities = [telling.session(it) for it in will_be]
    at = await clock.now(connection)
    for kind in dict.fromkeys(events.session_event(it, "moved") for it in entities):
        of_kind = [it for it in entities if events.session_event(it, "moved") == kind]
        await outbox.add(connection, kind, of_kind, at=at)
    shown = sum(is_revision(before, after) for before, after in changed)
    if not shown:
        return plan
    return await note_revision(connection, plan.programme, changed=shown, reason=reason, by=by) or plan
