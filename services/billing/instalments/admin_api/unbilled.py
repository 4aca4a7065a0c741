"""What is not invoiced, why (B6), and by when it is to be (B8)."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from services.billing.instalments.domain.unbilled import Why
from services.billing.instalments.use_cases.list_unbilled import UnbilledAgreement, list_unbilled
from shared.web.api import (
    LARGEST_PAGE,
    PARTY_NAME,
    After,
    DatabaseOf,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInQuery,
    Reader,
    View,
    Words,
    page_of,
)

router = APIRouter(tags=["unbilled"])


class UnbilledView(View):
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int
    why: Why
    explanation: Words = Field(description="in Norwegian")
    since: date | None = Field(
        description="the day from which that month counts: when it was delivered, or the agreement was signed; null as the next"
    )
    issue_by: date | None = Field(
        description="the last day on which it is invoiced in time, a month after delivery (§ 5-2-2); null where nothing is to be"
        " invoiced, or the days of its session are not known"
    )
    is_late: bool = Field(description="whether that day is past")
    is_pressing: bool = Field(
        description="whether twenty days have passed since: from then on it is told, and it may be late"
    )


@router.get("/unbilled", responses={404: {}})
async def list_unbilled_instalments(
    programme: ProgrammeInQuery,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = LARGEST_PAGE,
) -> Page[UnbilledView]:
    """List every instalment that no invoice stands for, why (B6), and by when one is to be issued (B8); those of a party.

    An instalment whose invoice is of another fee than that of now is listed as well (`invoiced_at_another_fee`, B1), and one whose invoice
    would lack several things once for each of them.
    """
    found = sorted(await list_unbilled(database, programme), key=_cursor)
    is_of_party = [it for it in found if party in (None, it.party)]
    shown = [it for it in is_of_party if after is None or _cursor(it) > after][: limit + 1]
    page = page_of(shown, limit, _cursor)
    return Page(items=[UnbilledView.model_validate(vars(it.unbilled) | vars(it)) for it in page.items], next=page.next)


def _cursor(it: UnbilledAgreement) -> str:
    return f"{it.party}/{it.agreement}/{it.unbilled.instalment}/{it.unbilled.why}"
