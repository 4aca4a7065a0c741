"""List what is not invoiced, why (B6), and by when it is to be (B8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import repository as documents
from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments import reports
from services.billing.instalments import repository as agreements
from services.billing.instalments.domain.difference import NOTHING_WAIVED
from services.billing.instalments.domain.issue_by import TOLD_FROM, a_month_after, counts_from, is_pressing
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
    since: date | None  # the day from which the month counts; none where nothing is invoiced, or no days are known
    issue_by: date | None  # the last day on which it is invoiced in time; none as that is
    is_late: bool  # that day is past
    is_pressing: bool  # twenty days of it are gone

    @property
    def which(self) -> tuple[str, int]:
        """What is not invoiced, for whatever reasons."""
        return self.agreement, self.unbilled.instalment


async def list_unbilled(database: Database, programme: str) -> list[UnbilledAgreement]:
    """A programme's instalments that are not invoiced, by party; today is the day in Norway by the clock.

    Raises NotFound for a programme that no fact has named.
    """
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        return await unbilled_of(connection, programme, await clock.today(connection))


async def unbilled_of(connection: AsyncConnection, programme: str, today: date) -> list[UnbilledAgreement]:
    """The same of one that is known, as of a day in Norway, with the facts of now."""
    known = await what_is_known(connection, programme)
    issued = await documents.of_programme(connection, programme)
    every_agreement = await agreements.of_programme(connection, programme)
    names = await occasions.names_of_parties(connection, programme)
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


async def pressing(
    connection: AsyncConnection, on: date, *, only: str | None = None
) -> dict[str, list[UnbilledAgreement]]:
    """By programme, what is not invoiced though twenty days of its month are gone on that day (§ 5-2-2).

    Of all programmes, or of the `only` one.
    """
    found = {
        programme: [it for it in await unbilled_of(connection, programme, on) if it.is_pressing]
        for programme in await reports.programmes_to_look_at(connection, on - TOLD_FROM)
        if only in (None, programme)
    }
    return {programme: those for programme, those in found.items() if those}


async def count_pressing_and_oldest(database: Database) -> tuple[int, date | None]:
    """How many instalments that is today, and the day from which the oldest of their months counts."""
    async with database.reading() as connection:
        found = await pressing(connection, await clock.today(connection))
    every = [it for those in found.values() for it in those]
    return len({it.which for it in every}), min((it.since for it in every if it.since), default=None)


def _with_its_day(
    agreement: Agreement, party_name: str | None, known: Occasions, it: Unbilled, today: date
) -> UnbilledAgreement:
    since = None if it.why in NEVER else counts_from(agreement, known, it.instalment)
    by = a_month_after(since) if since else None
    return UnbilledAgreement(
        party=agreement.party,
        party_name=party_name,
        agreement=agreement.id,
        unbilled=it,
        since=since,
        issue_by=by,
        is_late=by is not None and by < today,
        is_pressing=since is not None and is_pressing(since, today),
    )
