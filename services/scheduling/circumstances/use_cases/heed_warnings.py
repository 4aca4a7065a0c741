"""Tell what speaks against sessions' new days before they are saved, and keep who accepted it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.circumstances.domain.plan_warning import Acceptance, PlanWarning, check_accepted
from services.scheduling.circumstances.domain.warnings_of_plan import warnings_of
from services.scheduling.circumstances.repository import Accepted
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
from shared import clock, seen


async def heed_warnings(
    connection: AsyncConnection, before: Session | None, after: Session, acceptance: Acceptance, *, by: str
) -> None:
    """For one that is planned, or gets another date. Raises Stale, or NotAccepted."""
    if before is not None:
        seen.compare(before)
    await _heed(connection, [before] if before else [], [after], acceptance, by=by)


async def heed_plan(connection: AsyncConnection, programme: str, acceptance: Acceptance, *, by: str) -> None:
    """For a plan that is published: what speaks against its sessions and was not accepted yet. Raises NotAccepted."""
    sessions = [it for it in await session_rows.standing(connection, programme, None) if it.state == "planned"]
    around = await circumstances.around(connection, programme, sessions)
    known = await circumstances.accepted(connection, programme)
    left = {it for it in warnings_of(sessions, around) if (it.code, it.about) not in known}
    check_accepted(left, acceptance, await _names(connection, left))
    await _keep(connection, programme, left, acceptance, by=by)


async def heed_all_warnings(
    connection: AsyncConnection,
    before: Sequence[Session],
    after: Sequence[Session],
    acceptance: Acceptance,
    *,
    by: str,
) -> None:
    """For several sessions of one programme, `before` and `after` they all change at once: each warning names those it is about.

    Raises NotAccepted.
    """
    await _heed(connection, before, after, acceptance, by=by, are_named=True)


async def _heed(
    connection: AsyncConnection,
    before: Sequence[Session],
    after: Sequence[Session],
    acceptance: Acceptance,
    *,
    by: str,
    are_named: bool = False,
) -> None:
    """What spoke against them before already is not told again."""
    if not after:
        return
    programme = after[0].programme
    around = await circumstances.around(connection, programme, [*before, *after])
    arisen = warnings_of(after, around) - warnings_of(before, around)
    check_accepted(arisen, acceptance, await _names(connection, arisen) if are_named else None)
    await _keep(connection, programme, arisen, acceptance, by=by)


async def _names(connection: AsyncConnection, warnings: Iterable[PlanWarning]) -> dict[str, str]:
    """What the sessions that these are about are called, by id; with whom one is held tells it from others of its title."""
    found = await session_rows.named_all(connection, {id for it in warnings for id in it.sessions})
    return {
        it.session.id: ", ".join(filter(None, (it.session.title or it.session.kind, it.party_name or it.session.party)))
        for it in found
    }


async def _keep(
    connection: AsyncConnection, programme: str, those: Iterable[PlanWarning], acceptance: Acceptance, *, by: str
) -> None:
    how = Accepted(by=by, at=await clock.now(connection), because=acceptance.because)
    await circumstances.keep_accepted(connection, programme, those, how)
