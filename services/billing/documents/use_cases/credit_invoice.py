"""Credit an invoice in full by hand (B5): a wrong reference, a wrong buyer."""

from __future__ import annotations

from services.billing.documents import repository as documents
from services.billing.documents.domain.credit_note import ByHand, Credit, CreditNote, check_same_credit
from services.billing.documents.use_cases.issue_credit_notes import issue_credit_notes
from services.billing.works import ISSUE_WHAT_IS_DUE, look_again
from shared.database import Database
from shared.errors import NotFound
from shared.messaging import marks
from shared.messaging.facts import record


async def credit_invoice(
    database: Database, programme: str, number: int, *, reason: ByHand, document_prefix: str, by: str
) -> CreditNote:
    """Take an invoice back. What is still due is then issued anew, with the facts of that moment, by `issue_what_is_due`.

    What was wrong is therefore put right first. Asked for twice, it is credited once. Raises NotFound, or Conflict for an
    invoice that was credited for another reason.
    """
    async with database.transaction() as connection:
        # Who issues meanwhile would take the number that follows, or credit the same invoice.
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
        invoice = await documents.find_invoice(connection, programme, number)
        if invoice is None:
            msg = "there is no such invoice"
            raise NotFound(msg, code="no_such_invoice", field="number")
        if invoice.credited_by is not None:
            note = await documents.credit_note_of(connection, invoice)
            check_same_credit(note, reason)
            return note
        await documents.add_series(connection, programme)  # one that had no documents is not there after a recover
        credit = Credit(invoice=invoice, reason=reason, because=None, decided_by=by)
        (note,) = await issue_credit_notes(connection, programme, [credit], document_prefix=document_prefix)
        await record(connection, look_again(programme, agreement=invoice.agreement))
        return note
