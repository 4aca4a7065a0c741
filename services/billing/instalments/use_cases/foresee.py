"""Foresee what would be issued and credited if a change were made: the rule that issues, asked without writing anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.changes import Facts, Supposed, completed, revoked
from services.billing.instalments.domain.preview import Preview, preview
from services.billing.instalments.use_cases.what_is_known import what_is_known
from services.billing.occasions import repository as occasions
from services.billing.occasions.domain.deliveries import JointSession
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared import clock
from shared.contracts.questions import Figures, Foreseen, WhatWouldFollow
from shared.database import Database
from shared.messaging import set_aside

Change = Callable[[Facts], Supposed]  # one of domain/changes.py, with what it is about


@dataclass(frozen=True, kw_only=True)
class Foresight:
    preview: Preview
    nothing: str | None  # why nothing can follow, in Norwegian
    sessions: list[JointSession]  # as they are known here now, in order of time
    agreements: dict[str, Agreement]  # by id

    def whose(self, agreement: str) -> dict[str, Any]:
        """An agreement by its id, its party, and what that is called; None where it is not known here yet."""
        it = self.agreements[agreement]
        return {"agreement": it.id, "party": it.party, "party_name": it.buyer.name if it.buyer else None}


async def foresee(database: Database, programme: str, change: Change, *, approve_above: int) -> Foresight:
    """What would follow from a change in a programme, in as many statements however many agreements it has.

    It holds as long as no other news comes first. Raises NotFound for a programme that no fact has named, and what the change
    refuses.
    """
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        facts = await facts_of(connection, programme)
    supposed = change(facts)
    return Foresight(
        preview=preview(supposed, approve_above=approve_above),
        nothing=supposed.nothing,
        sessions=sorted(facts.known.occasions.sessions, key=lambda it: (it.not_before, it.id)),
        agreements={it.id: it for it in facts.agreements},
    )


async def say_what_would_follow(database: Database, question: WhatWouldFollow, *, approve_above: int) -> Foreseen:
    """Answers `rpc.billing.preview`, and asks nobody in turn.

    No figures where the session is known here in another version than to whoever asks. Raises NotFound, RuleBroken or Conflict
    where what is known here refuses the change.
    """
    async with database.reading() as connection:
        facts = await facts_of(connection, question.programme)
    version = next((it.version for it in facts.known.occasions.sessions if it.id == question.session), None)
    if version != question.version:
        return Foreseen(version=version, figures=None)
    change = completed if question.happens == "completed" else revoked
    found = preview(change(facts, question.session), approve_above=approve_above)
    figures = Figures(invoices=found.invoices, credit_notes=found.credit_notes, total_ore=found.total_ore)
    return Foreseen(version=version, figures=figures)


async def facts_of(connection: AsyncConnection, programme: str) -> Facts:
    """Nothing of one that is not known."""
    return Facts(
        programme=programme,
        period=await occasions.period(connection, programme),
        today=await clock.today(connection),
        known=await what_is_known(connection, programme),
        agreements=await agreements.of_programme(connection, programme),
        issued=await documents.of_programme(connection, programme),
        failed_with=await set_aside.reason_of(connection, ISSUE_WHAT_IS_DUE, programme),
    )
