"""What is not invoiced, and why (B6)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from services.billing.instalments.domain.unbilled import Why
from services.billing.instalments.use_cases.list_unbilled import list_unbilled
from shared.web.api import DatabaseOf, ProgrammeInQuery, Reader, View

router = APIRouter(prefix="/billing", tags=["unbilled"])


class UnbilledView(View):
    party: str
    agreement: str
    instalment: int
    why: Why
    explanation: str = Field(description="in Norwegian")


class UnbilledList(View):
    items: list[UnbilledView]


@router.get("/unbilled", responses={404: {}})
async def list_unbilled_instalments(programme: ProgrammeInQuery, database: DatabaseOf, _: Reader) -> UnbilledList:
    """List every instalment that no invoice stands for, and why (B6)."""
    found = await list_unbilled(database, programme)
    items = [UnbilledView(party=it.party, agreement=it.agreement, **vars(it.unbilled)) for it in found]
    return UnbilledList(items=items)
