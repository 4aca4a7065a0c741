"""Issue what is due and credit what no longer is, for one programme.

Driven by marks (docs/adr/0001): they are read before any fact and removed after the last slice, so that a fact
committed meanwhile is never overlooked. Each slice reads the facts anew. Running it again changes nothing.

The marks say as well of what there is news. A start, and whatever else has all looked at, may bring a rule that is wrong:
more documents than a setting that no news explains are held until they are approved, as those that follow from a revocation.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.approvals.domain.held import APPROVE_ABOVE
from services.billing.approvals.domain.news import News
from services.billing.documents import repository as documents
from services.billing.documents.use_cases.issue_invoices import Seller
from services.billing.instalments import repository as agreements
from services.billing.instalments.use_cases.bring_up_to_date import bring_up_to_date, issue_or_ask, look_at_some
from services.billing.instalments.use_cases.mark_agreements_of_parties import mark_agreements_of_parties
from services.billing.instalments.use_cases.open_series import open_series
from services.billing.works import ISSUE_WHAT_IS_DUE, LOOK_AT_PARTIES, OF_START, look_again, occasions_in
from shared import points
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.facts import record
from shared.messaging.marks import Marks

SLICE = 5_000  # agreements a transaction: bounds memory, and how long the number series stay locked


async def issue_all_that_is_due(database: Database, seller: Seller, *, approve_above: int = APPROVE_ABOVE) -> None:
    """Issue and credit in every programme that a mark is on; one that fails is set aside and holds up no other."""
    async for attempt in set_aside.attempts(database, LOOK_AT_PARTIES):
        async with attempt:
            await mark_agreements_of_parties(database)
    async for attempt in set_aside.attempts(database, ISSUE_WHAT_IS_DUE):
        async with attempt as programme:
            await issue_what_is_due(database, programme, seller, approve_above)


async def issue_what_is_due(
    database: Database, programme: str, seller: Seller, approve_above: int = APPROVE_ABOVE
) -> None:
    """Work off the programme's marks. Where another replica is doing so already, nothing is done.

    More documents than `approve_above` that follow from a revocation, or from no news, are held until they are approved.
    """
    taken = await take(database, programme)
    if not taken:
        return
    await open_series(database, programme)
    news = _news_in(taken)
    doubtful: set[str] = set()  # ids of agreements
    after: str | None = ""
    while after is not None:
        async with database.transaction() as connection:
            # Without the lock two replicas could both find that an instalment is not invoiced. It ends with each transaction;
            # who had it in between does no harm, since what is issued is read under it.
            await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
            if not after and await agreements.nothing_is_due(connection, programme):
                await marks.remove(connection, taken)
                return
            marked, after = await agreements.marked(connection, programme, taken, after=after, limit=SLICE)
            if marked:
                issued = await documents.of_agreements(connection, marked, are_consecutive=taken.on_all)
                doubtful |= await bring_up_to_date(connection, programme, marked, issued, seller, news=news)
            if after is None:
                ids = sorted(doubtful)
                if ids and taken.on_all:
                    found = await look_at_some(connection, programme, ids, news)
                    if await _there_is_more_news(connection, programme, taken):
                        return  # which may explain what was found. All marks stay, and the worker comes back to them.
                    await issue_or_ask(connection, programme, found, seller, news=news, approve_above=approve_above)
                elif ids:  # some of those that it concerns: all are looked at, so that they are counted
                    await record(connection, look_again(programme))
                # Not slice by slice: a mark on all is on each of them. Who dies in between begins with the first again.
                await marks.remove(connection, taken)
        points.reached("work.slice_committed")


def _news_in(taken: Marks) -> News:
    parts = frozenset(taken.parts())
    return News(agreements=parts, occasions=frozenset(occasions_in(parts)), is_start=OF_START in parts)


async def _there_is_more_news(connection: AsyncConnection, programme: str, taken: Marks) -> bool:
    """Whether marks were left since. They are read after the facts: whatever news was seen has its mark by then."""
    found = await marks.take(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
    return bool(set(found.marks) - set(taken.marks))


async def take(database: Database, programme: str) -> Marks:
    """The programme's marks that are committed by now; none where another replica is at work.

    The commit wakes no worker: this one would be woken by itself, over and over while the other one is at work.
    """
    async with database.transaction(wakes=False) as connection:
        return await marks.take(connection, ISSUE_WHAT_IS_DUE, programme, wait=False)
