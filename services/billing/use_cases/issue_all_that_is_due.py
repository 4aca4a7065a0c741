"""Issue what is due in every programme that a mark is on."""

from __future__ import annotations

from services.billing.repository import marks
from services.billing.use_cases.issue_invoices import Seller
from services.billing.use_cases.issue_what_is_due import issue_what_is_due
from services.billing.use_cases.mark_agreements_of_parties import mark_agreements_of_parties
from shared.database import Database


async def issue_all_that_is_due(database: Database, seller: Seller) -> None:
    """Raises an ExceptionGroup when some programmes failed; the others are done, and the failed keep their marks."""
    await mark_agreements_of_parties(database)
    async with database.reading() as connection:
        programmes = await marks.marked_programmes(connection)
    errors = []
    for programme in programmes:
        try:
            await issue_what_is_due(database, programme, seller)
        except Exception as error:  # noqa: BLE001 - raised below, once the other programmes had their turn
            errors.append(error)
    if errors:
        msg = "what is due could not be issued in some programmes"
        raise ExceptionGroup(msg, errors)
