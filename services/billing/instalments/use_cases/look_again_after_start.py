"""Look at what is open in a programme by the rule of today, although there is no news of it.

A new version may have a mended rule; it may as well have one that is wrong. So more documents than a setting that follow from
a start alone are held until they are approved.
"""

from __future__ import annotations

from services.billing.documents import repository as documents
from services.billing.documents.use_cases.issue_invoices import Seller
from services.billing.instalments import repository as agreements
from services.billing.instalments.use_cases.bring_up_to_date import issue_or_ask, look_at, look_at_some
from services.billing.instalments.use_cases.open_series import open_series
from services.billing.works import ISSUE_WHAT_IS_DUE, LOOK_AFTER_START
from shared.database import Database
from shared.messaging import marks
from shared.messaging.marks import Mark, Marks

SLICE = 5_000  # agreements that are read at a time
ALL = Marks([Mark(0, None)])


async def look_again_after_start(database: Database, programme: str, seller: Seller, approve_above: int) -> None:
    """Work off the marks that starts have left on a programme.

    What is found is looked at anew under the programme's lock. News that is not worked off by then comes first, since what
    follows from it does not follow from a start alone: then the marks stay, and the worker comes back to them.
    """
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AFTER_START, programme, wait=False)
    if not taken:
        return
    await open_series(database, programme)
    ids = await _open(database, programme)
    async with database.transaction() as connection:
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
        found = await look_at_some(connection, programme, ids, at_start=True)
        # The marks are read after the facts: whatever news was seen has its mark by then.
        if await marks.take(connection, ISSUE_WHAT_IS_DUE, programme, wait=True):
            return
        await issue_or_ask(connection, programme, found, seller, cause="start", approve_above=approve_above)
        await marks.remove(connection, taken)


async def _open(database: Database, programme: str) -> list[str]:
    """The ids, in order, of the agreements of which something would be issued or credited."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        async with database.reading() as connection:
            some, after = await agreements.marked(connection, programme, ALL, after=after, limit=SLICE)
            if some:
                issued = await documents.of_agreements(connection, some, are_consecutive=True)
                known = await agreements.programme(connection, programme)
                looked_at = await look_at(connection, programme, known, some, issued, at_start=True)
                found += [id for id, it in looked_at.items() if it.asked or it.over]
    return found
