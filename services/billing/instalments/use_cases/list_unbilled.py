"""List what is not invoiced, why (B6), and by when it is to be (B8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.difference import NOTHING_WAIVED
from services.billing.instalments.domain.issue_by import issue_by
from services.billing.instalments.domain.unbilled import Unbilled, Why, unbilled
from services.billing.instalments.use_cases.what_is_known import what_is_known
from services.billing.occasions import repository as occasions
from services.billing.occasions.domain.deliveries import Occasions
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared import clock
from shared.database import Database
from shared.messaging import set_aside

# There is nothing to be invoiced, whatever is delivered, or it is invoiced.
NEVER: tuple[Why, ...] = ("nothing_to_pay", "waived", "invoiced_at_another_fee")


@dataclass(frozen=True, kw_only=True)
class UnbilledAgreement:
    party: str
    party_name: str | None  # none where it is not known here yet
    agreement: str
    unbilled: Unbilled
    issue_by: date | None  # the last day on which it is invoiced in time; none where nothing is, or no days are known
    is_late: bool  # that day is past


async def list_unbilled(database: Database, programme: str) -> list[UnbilledAgreement]:
    """A programme's instalments that are not invoiced, by party; today is the day in Norway by the clock.

    Raises NotFound for a programme that no fact has named.
    """
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        known = await what_is_known(connection, programme)
        issued = await documents.of_programme(connection, programme)
        every_agreement = await agreements.of_programme(connection, programme)
        names = await occasions.names_of_parties(connection, programme)
        today = await clock.today(connection)
        failed_with = await set_aside.reason_of(connection, ISSUE_WHAT_IS_DUE, programme)
    return [
        _with_its_day(agreement, names.get(agreement.party), known.occasions, it, today)
        for agreement in every_agreement
        for it in unbilled(
            agreement,
            known.occasions,
            issued.get(agreement.id, []),
            known.waived.get(agreement.id, NOTHING_WAIVED),
            programme_is_known=known.programme is not None,
            held=known.waiting.get(agreement.id, ()),
            failed_with=failed_with,
        )
    ]


def _with_its_day(
    agreement: Agreement, party_name: str | None, known: Occasions, it: Unbilled, today: date
) -> UnbilledAgreement:
    by = None if it.why in NEVER else issue_by(agreement, known, it.instalment)
    return UnbilledAgreement(
        party=agreement.party,
        party_name=party_name,
        agreement=agreement.id,
        unbilled=it,
        issue_by=by,
        is_late=by is not None and by < today,
    )
