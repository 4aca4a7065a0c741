"""List what is not invoiced, and why (B6)."""

from __future__ import annotations

from dataclasses import dataclass

from services.billing.approvals import repository as approvals
from services.billing.documents import repository as documents
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.unbilled import Unbilled, unbilled
from services.billing.occasions import repository as occasions
from shared.database import Database


@dataclass(frozen=True, kw_only=True)
class UnbilledAgreement:
    party: str
    agreement: str
    unbilled: Unbilled


async def list_unbilled(database: Database, programme: str) -> list[UnbilledAgreement]:
    """A programme's instalments that are not invoiced, by party. Raises NotFound for a programme that no fact has named."""
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        is_known = await agreements.programme(connection, programme) is not None
        known = await occasions.of_programme(connection, programme)
        issued = await documents.of_programme(connection, programme)
        waiting = await approvals.waiting(connection, programme)
        every_agreement = await agreements.of_programme(connection, programme)
    return [
        UnbilledAgreement(party=agreement.party, agreement=agreement.id, unbilled=it)
        for agreement in every_agreement
        for it in unbilled(
            agreement,
            known,
            issued.get(agreement.id, []),
            programme_is_known=is_known,
            held=waiting.get(agreement.id, ()),
        )
    ]
