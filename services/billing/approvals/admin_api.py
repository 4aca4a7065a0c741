"""Documents that wait for an approval, and giving it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from services.billing.approvals import repository as approvals
from services.billing.approvals.domain.held import Approval, Cause, Held
from services.billing.approvals.use_cases.approve import approve
from services.billing.documents.domain.credit_note import CreditReason
from services.billing.occasions import repository as occasions
from shared.web.api import (
    PARTY_NAME,
    Administrator,
    AfterId,
    DatabaseOf,
    IdInPath,
    Limit,
    Page,
    ProgrammeInPath,
    Reader,
    View,
    page_of,
)

router = APIRouter(prefix="/billing", tags=["approvals"])


class HeldView(View):
    """What would be done about one instalment of one agreement: an invoice credited, one issued, or both."""

    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int
    invoice: int | None = Field(description="the number of the invoice that would be credited")
    reason: CreditReason | None = Field(description="for which it would be credited")
    amount_ore: int | None = Field(description="of the invoice that would be issued")
    delivery: str | None = Field(description="the session or the release that this would name")
    delivered_from: date | None
    delivered_to: date | None


class ApprovalView(View):
    id: str
    programme: str
    cause: Cause = Field(description="what they follow from: a start, or a revocation of a completion or a release")
    documents: int = Field(description="as many as were found")
    found_at: datetime = Field(description="in real time")
    state: Literal["waiting", "approved", "overtaken"] = Field(
        description="overtaken: what became known later has changed all of it"
    )
    approved_at: datetime | None = Field(description="in real time")
    approved_by: str | None = Field(description="the name of the key")
    held: list[HeldView] = Field(description="what still waits; less than was found where some of it was overtaken")


@router.get("/programmes/{programme}/approvals")
async def list_approvals(
    programme: ProgrammeInPath, database: DatabaseOf, _: Reader, limit: Limit = 50, after: AfterId = None
) -> Page[ApprovalView]:
    """List what waits, or waited, for an approval, with what it is."""
    async with database.reading() as connection:
        found = await approvals.approvals(connection, programme, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of([_view(*it) for it in found], limit, lambda it: it.id)


@router.post("/approvals/{id}", operation_id="approve_documents")
async def approve_documents(id: IdInPath, database: DatabaseOf, key: Administrator) -> ApprovalView:
    """Approve documents that wait; they are then issued."""
    return _view(*await approve(database, id, by=key.name))


def _view(it: Approval, held: Sequence[Held]) -> ApprovalView:
    state = "approved" if it.approved_at else "waiting" if held else "overtaken"
    return ApprovalView.model_validate(vars(it) | {"state": state, "held": held})
