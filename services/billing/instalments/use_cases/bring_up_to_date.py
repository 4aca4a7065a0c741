"""Issue and credit what the facts of now say about some agreements, in the caller's transaction, under the programme's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.approvals import repository as approvals
from services.billing.approvals.domain.held import REVOCATIONS, Approval, Cause
from services.billing.approvals.domain.news import News
from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement, Programme
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.use_cases.issue_credit_notes import issue_credit_notes
from services.billing.documents.use_cases.issue_invoices import Seller, issue_invoices
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.difference import NOTHING_WAIVED, Difference, difference
from services.billing.instalments.domain.sorting import Sorted, sort
from services.billing.occasions import repository as occasions
from services.billing.waivers import repository as waivers
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared.clock import database_now
from shared.ids import new_id
from shared.messaging import set_aside

log = structlog.get_logger()

SLICE = 5_000  # agreements whose facts are read at a time
# Why an agreement is set aside.
RULE_RAISED, FEE_CHANGED = "rule_raised", "fee_changed"
NO_PROGRAMME, NO_PARTY = "programme_unknown", "party_unknown"


async def bring_up_to_date(
    connection: AsyncConnection,
    code: str,
    marked: Sequence[Agreement],
    issued: Mapping[str, list[Invoice]],
    seller: Seller,
    *,
    news: News,
) -> set[str]:
    """Issue and credit what follows from news about these agreements, or is approved.

    `issued` is all that was ever invoiced for them, by agreement. Returns the ids of those of which something follows from a
    revocation or from no news: whether that is done at once depends on how many they are in the whole programme.
    """
    programme = await agreements.programme(connection, code)
    found = await _look_at(connection, code, programme, marked, issued, news=news)
    await _do_at_once(connection, code, programme, found, seller)
    return {id for id, it in found.items() if it.asked}


async def look_at_some(connection: AsyncConnection, code: str, ids: Sequence[str], news: News) -> dict[str, Sorted]:
    """The same by the ids of agreements, in order, of which there may be many."""
    programme = await agreements.programme(connection, code)
    found: dict[str, Sorted] = {}
    for start in range(0, len(ids), SLICE):
        some = await agreements.of_ids(connection, ids[start : start + SLICE])
        issued = await documents.of_agreements(connection, some, are_consecutive=False)
        found |= await _look_at(connection, code, programme, some, issued, news=news)
    return found


async def issue_or_ask(
    connection: AsyncConnection,
    code: str,
    found: Mapping[str, Sorted],
    seller: Seller,
    *,
    news: News,
    approve_above: int,
) -> None:
    """Issue what was found, and with it what follows from a revocation or from no news, or hold this back where it is much."""
    programme = await agreements.programme(connection, code)
    await _do_at_once(connection, code, programme, found, seller)
    asked = [held for it in found.values() for held in it.asked]
    count = sum(it.documents for it in asked)
    if not asked:
        return
    if count <= approve_above and not any(it.was_held for it in found.values()):
        await _carry_out(connection, code, programme, [it.doubtful for it in found.values()], seller)
        return
    is_revocation = not news.is_start and any(it.reason in REVOCATIONS for it in asked)
    cause: Cause = "revocation" if is_revocation else "start"
    found_at = await database_now(connection)
    approval = Approval(id=new_id(), programme=code, cause=cause, documents=count, found_at=found_at)
    await approvals.hold(connection, approval, asked)
    log.warning("documents wait for an approval", programme=code, approval=approval.id, cause=cause, documents=count)


async def _look_at(
    connection: AsyncConnection,
    code: str,
    programme: Programme | None,
    marked: Sequence[Agreement],
    issued: Mapping[str, list[Invoice]],
    *,
    news: News,
) -> dict[str, Sorted]:
    """By the id of each agreement of which something is to be done, or is held: what."""
    known = await occasions.of_programme(connection, code)
    waived = await waivers.standing(connection, code)
    waiting = await approvals.waiting(connection, code)
    aside: dict[str, str] = {}  # agreements, and why
    found = {}
    for agreement in marked:
        try:
            let_off = waived.get(agreement.id, NOTHING_WAIVED)
            gap = difference(agreement, known, issued.get(agreement.id, []), let_off)
        except Exception:
            # One agreement's fault must not hold up the others. It is looked at again with the next fact about it, and
            # after a start, which may bring a mended rule.
            log.exception("an agreement is set aside", why=RULE_RAISED, agreement=agreement.id)
            aside[agreement.id] = RULE_RAISED
            continue
        if gap.fee_changed is not None:
            aside[agreement.id] = FEE_CHANGED
        if gap.issue and (programme is None or agreement.buyer is None):
            aside[agreement.id] = NO_PROGRAMME if programme is None else NO_PARTY
            gap = replace(gap, issue=[])
        waits = waiting.get(agreement.id, {})
        if gap.issue or gap.credit or waits:
            found[agreement.id] = sort(agreement, gap, waits, news)
    if aside:
        log.warning("agreements are set aside", programme=code, agreements=aside)
    await set_aside.keep(connection, ISSUE_WHAT_IS_DUE, code, {it.id for it in marked}, aside)
    return found


async def _do_at_once(
    connection: AsyncConnection, code: str, programme: Programme | None, found: Mapping[str, Sorted], seller: Seller
) -> None:
    """What follows from news, or is approved."""
    await approvals.let_go(connection, [(id, n) for id, it in found.items() for n in it.over])
    await _carry_out(connection, code, programme, [it.now for it in found.values()], seller)


async def _carry_out(
    connection: AsyncConnection, code: str, programme: Programme | None, gaps: Sequence[Difference], seller: Seller
) -> None:
    """Issue and credit. Without the programme there is nothing to issue: look_at() leaves that out."""
    claims = [(it, it.agreement.buyer) for gap in gaps for it in gap.issue if it.agreement.buyer is not None]
    credits = [credit for gap in gaps for credit in gap.credit]
    if credits:
        # Before the invoices, so that nobody hears of two that stand. Everybody locks the series of invoices first, though, so
        # that no deadlock comes about.
        await documents.lock_series(connection, code)
        await issue_credit_notes(connection, code, credits, document_prefix=seller.document_prefix)
    if programme is not None:
        await issue_invoices(connection, programme, claims, seller)
