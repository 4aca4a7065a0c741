"""Issue what is due and credit what no longer is, for one programme.

Driven by marks (docs/adr/0001): they are read before any fact and removed after the last slice, so that a fact
committed meanwhile is never overlooked. Each slice reads the facts anew. Running it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.documents.use_cases.issue_credit_notes import issue_credit_notes
from services.billing.documents.use_cases.issue_invoices import Seller, issue_invoices
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.difference import NOTHING_WAIVED, difference
from services.billing.instalments.use_cases.mark_agreements_of_parties import mark_agreements_of_parties
from services.billing.occasions import repository as occasions
from services.billing.waivers import repository as waivers
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared import points
from shared.database import Database
from shared.messaging import marks
from shared.messaging.marks import Marks

log = structlog.get_logger()

SLICE = 5_000  # agreements a transaction: bounds memory, and how long the number series stay locked


async def issue_all_that_is_due(database: Database, seller: Seller) -> None:
    """Issue and credit in every programme that a mark is on.

    Raises an ExceptionGroup when some programmes failed; the others are done, and the failed keep their marks.
    """
    await mark_agreements_of_parties(database)
    async with database.reading() as connection:
        programmes = await marks.keys(connection, ISSUE_WHAT_IS_DUE)
    errors = []
    for programme in programmes:
        try:
            await issue_what_is_due(database, programme, seller)
        except Exception as error:  # noqa: BLE001 - raised below, once the other programmes had their turn
            errors.append(error)
    if errors:
        msg = "what is due could not be issued in some programmes"
        raise ExceptionGroup(msg, errors)


async def issue_what_is_due(database: Database, programme: str, seller: Seller) -> None:
    """Work off the programme's marks. Where another replica is doing so already, nothing is done."""
    taken = await take(database, programme)
    if not taken:
        return
    await open_series(database, programme)
    after: str | None = ""
    while after is not None:
        async with database.transaction() as connection:
            # Without the lock two replicas could both find that an instalment is not invoiced. It ends with each transaction;
            # who had it in between does no harm, since what is issued is read under it.
            await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
            marked, after = await agreements.marked(connection, programme, taken, after=after, limit=SLICE)
            if marked:
                issued = await documents.of_agreements(connection, marked, are_consecutive=taken.on_all)
                await bring_up_to_date(connection, programme, marked, issued, seller)
            if after is None:
                # Not slice by slice: a mark on all is on each of them. Who dies in between begins with the first again.
                await marks.remove(connection, taken)
        points.reached("work.slice_committed")


async def take(database: Database, programme: str) -> Marks:
    """The programme's marks that are committed by now; none where another replica is at work.

    The commit wakes no worker: this one would be woken by itself, over and over while the other one is at work.
    """
    async with database.transaction(wakes=False) as connection:
        return await marks.take(connection, ISSUE_WHAT_IS_DUE, programme, wait=False)


async def open_series(database: Database, programme: str) -> None:
    """Add the programme's number series, where it has none yet.

    In a transaction of its own: an insert waits for another replica's insert of the same row, and must not hold the
    programme's lock meanwhile.
    """
    async with database.reading() as connection:
        if not await documents.missing_series(connection, programme):
            return
    async with database.transaction() as connection:
        await documents.add_series(connection, programme)


async def bring_up_to_date(
    connection: AsyncConnection,
    code: str,
    marked: Sequence[Agreement],
    issued: Mapping[str, list[Invoice]],
    seller: Seller,
) -> None:
    """Issue and credit what the facts of now say about these agreements.

    `issued` is all that was ever invoiced for them, by agreement.
    """
    programme = await agreements.programme(connection, code)
    known = await occasions.of_programme(connection, code)
    waived = await waivers.standing(connection, code)
    gaps = []
    for agreement in marked:
        try:
            of_agreement = waived.get(agreement.id, NOTHING_WAIVED)
            gaps.append(difference(agreement, known, issued.get(agreement.id, []), of_agreement))
        except Exception:
            # One agreement's fault must not hold up the others. It is seen in /billing/unbilled, and looked at again with
            # the next fact about it, and after a start, which may bring a mended rule.
            log.exception("an agreement is set aside", why="the rule raised", agreement=agreement.id)
    claims = [claim for gap in gaps for claim in gap.issue]
    credits = [credit for gap in gaps for credit in gap.credit]
    if programme is None:
        _set_aside(claims, "their programme is not known yet")
    else:
        _set_aside([claim for claim in claims if claim.agreement.buyer is None], "their party is not known yet")
        ready = [(claim, claim.agreement.buyer) for claim in claims if claim.agreement.buyer is not None]
        await issue_invoices(connection, programme, ready, seller)
    # After the invoices: everybody locks the two series in this order, so that no deadlock comes about.
    await issue_credit_notes(connection, code, credits, document_prefix=seller.document_prefix)


def _set_aside(claims: Sequence[Claim], why: str) -> None:
    """Log whose instalments are not invoiced yet. Nothing is kept of it: the fact that is missing brings a mark."""
    if claims:
        log.warning("agreements are set aside", why=why, agreements=sorted({claim.agreement.id for claim in claims}))
