"""Issue and credit what the facts of now say about some agreements, in the caller's transaction, under the programme's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.approvals import repository as approvals
from services.billing.approvals.domain.held import REVOCATIONS, Approval, Cause
from services.billing.approvals.domain.news import News
from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.use_cases.issue_credit_notes import issue_credit_notes
from services.billing.documents.use_cases.issue_invoices import Seller, issue_invoices
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.difference import Difference
from services.billing.instalments.domain.sorting import Sorted
from services.billing.instalments.domain.to_do import RULE_RAISED, to_be_held, to_do
from services.billing.instalments.use_cases.what_is_known import what_is_known
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared.clock import database_now
from shared.ids import new_id
from shared.messaging import set_aside

log = structlog.get_logger()

SLICE = 5_000  # agreements whose facts are read at a time


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
    found = await _look_at(connection, code, marked, issued, news)
    await _do_at_once(connection, code, found, seller)
    return {id for id, it in found.items() if it.asked}


async def look_at_some(connection: AsyncConnection, code: str, ids: Sequence[str], news: News) -> dict[str, Sorted]:
    """The same by the ids of agreements, in order, of which there may be many."""
    found: dict[str, Sorted] = {}
    for start in range(0, len(ids), SLICE):
        some = await agreements.of_ids(connection, ids[start : start + SLICE])
        issued = await documents.of_agreements(connection, some, are_consecutive=False)
        found |= await _look_at(connection, code, some, issued, news)
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
    await _do_at_once(connection, code, found, seller)
    held = to_be_held(found.values(), approve_above)
    if not held:
        await _carry_out(connection, code, [it.doubtful for it in found.values()], seller)
        return
    is_revocation = not news.is_start and any(it.reason in REVOCATIONS for it in held)
    cause: Cause = "revocation" if is_revocation else "start"
    found_at = await database_now(connection)
    count = sum(it.documents for it in held)
    approval = Approval(id=new_id(), programme=code, cause=cause, documents=count, found_at=found_at)
    await approvals.hold(connection, approval, held)
    log.warning("documents wait for an approval", programme=code, approval=approval.id, cause=cause, documents=count)


async def _look_at(
    connection: AsyncConnection,
    code: str,
    marked: Sequence[Agreement],
    issued: Mapping[str, list[Invoice]],
    news: News,
) -> dict[str, Sorted]:
    """By the id of each agreement of which something is to be done, or is held: what."""
    found = to_do(await what_is_known(connection, code), marked, issued, news)
    for agreement, error in found.raised.items():
        # One agreement's fault must not hold up the others. It is looked at again with the next fact about it, and after a
        # start, which may bring a mended rule.
        log.error("an agreement is set aside", why=RULE_RAISED, agreement=agreement, exc_info=error)
    if found.aside:
        log.warning("agreements are set aside", programme=code, agreements=found.aside)
    await set_aside.keep(connection, ISSUE_WHAT_IS_DUE, code, {it.id for it in marked}, found.aside)
    return found.of


async def _do_at_once(connection: AsyncConnection, code: str, found: Mapping[str, Sorted], seller: Seller) -> None:
    """What follows from news, or is approved."""
    await approvals.let_go(connection, [(id, n) for id, it in found.items() for n in it.over])
    await _carry_out(connection, code, [it.now for it in found.values()], seller)


async def _carry_out(connection: AsyncConnection, code: str, gaps: Sequence[Difference], seller: Seller) -> None:
    """Issue and credit. Without the programme there is nothing to issue: to_do() leaves that out."""
    claims = [(it, it.agreement.buyer) for gap in gaps for it in gap.issue if it.agreement.buyer is not None]
    credits = [credit for gap in gaps for credit in gap.credit]
    if credits:
        # Before the invoices, so that nobody hears of two that stand. Everybody locks the series of invoices first, though, so
        # that no deadlock comes about.
        await documents.lock_series(connection, code)
        await issue_credit_notes(connection, code, credits, document_prefix=seller.document_prefix)
    programme = await agreements.programme(connection, code) if claims else None
    if programme is not None:
        await issue_invoices(connection, programme, claims, seller)
