"""Waivers of one agreement's instalment by hand (B5)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from services.billing.occasions import repository as occasions
from services.billing.waivers import repository as waivers
from services.billing.waivers.domain.waiver import Waiver, WaiverReason
from services.billing.waivers.use_cases.waive_instalment import waive_instalment
from services.billing.waivers.use_cases.withdraw_waiver import withdraw_waiver
from shared.database import Database
from shared.web.api import (
    AN_ID,
    PARTY_NAME,
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    IdInPath,
    Int,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Reader,
    View,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/billing", tags=["waivers"])

AgreementInPath = Annotated[str, Path(max_length=40, description="an agreement's id", examples=[AN_ID])]


class NewWaiver(Body):
    model_config = example(instalment=1, reason="joined_late")

    instalment: Annotated[Int, Field(ge=1, le=3)]
    reason: WaiverReason


class WaiverView(View):
    id: str
    version: int
    programme: str
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int = Field(description="is not due to the agreement as long as the waiver is not withdrawn")
    reason: WaiverReason
    withdrawn: bool


@router.post("/agreements/{agreement}/waivers", status_code=201, operation_id="waive_instalment")
async def waive(agreement: AgreementInPath, body: NewWaiver, database: DatabaseOf, key: Administrator) -> WaiverView:
    """Waive an instalment of one agreement; an invoice that stands for it is credited (B5)."""
    waived = await waive_instalment(database, agreement, instalment=body.instalment, reason=body.reason, by=key.name)
    return await _shown(database, waived)


@router.get("/programmes/{programme}/waivers")
async def list_waivers(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: AfterId = None,
    limit: Limit = 50,
) -> Page[WaiverView]:
    """List a programme's waivers, withdrawn ones too; those of a party."""
    async with database.looking_up() as connection:
        found = await waivers.of_programme(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of(found, limit, lambda it: it.id)


@router.post("/waivers/{id}/withdrawal", operation_id="withdraw_waiver", dependencies=[if_match(Waiver)])
async def withdraw(id: IdInPath, database: DatabaseOf, key: Administrator) -> WaiverView:
    """Withdraw a waiver; the instalment is invoiced, again too, if it is due (B5)."""
    return await _shown(database, await withdraw_waiver(database, id, by=key.name))


async def _shown(database: Database, waiver: Waiver) -> WaiverView:
    async with database.reading() as connection:
        found = await waivers.named(connection, waiver)
    return tagged(found, WaiverView.model_validate(found))
