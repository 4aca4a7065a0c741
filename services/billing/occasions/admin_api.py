"""Releases by hand (B6). Days are calendar days in Norway."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.billing.occasions import repository as occasions
from services.billing.occasions.domain.release import Release, ReleaseReason
from services.billing.occasions.use_cases.release_instalment import release_instalment
from services.billing.occasions.use_cases.withdraw_release import withdraw_release
from shared.web.api import (
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Int,
    Limit,
    Line,
    Page,
    ProgrammeInPath,
    Reader,
    View,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/billing", tags=["releases"])


class NewRelease(Body):
    model_config = example(
        instalment=3, effective_on="2024-09-30", venue="Kimen", city="Stjørdal", reason="session_cancelled"
    )

    instalment: Annotated[Int, Field(ge=1, le=3)]
    effective_on: Day = Field(
        description="counts as a session completed on that day (B6); within the programme's period, not in the future"
    )
    venue: Line = Field(description="where it was delivered: the house")
    city: Line
    reason: ReleaseReason


class ReleaseView(View):
    id: str
    version: int
    programme: str
    instalment: int
    effective_on: date = Field(description="counts as a session completed on that day (B6)")
    place: str | None = Field(description="venue and city; null where it was made before these were asked for")
    venue: str | None
    city: str | None
    reason: ReleaseReason
    withdrawn: bool


@router.post("/programmes/{programme}/releases", status_code=201, operation_id="release_instalment")
async def release(
    programme: ProgrammeInPath, body: NewRelease, database: DatabaseOf, key: Administrator
) -> ReleaseView:
    """Release an instalment by hand (B6)."""
    released = await release_instalment(
        database,
        programme,
        instalment=body.instalment,
        effective_on=body.effective_on,
        venue=body.venue,
        city=body.city,
        reason=body.reason,
        by=key.name,
    )
    return tagged(released, ReleaseView.model_validate(released))


@router.get("/programmes/{programme}/releases")
async def list_releases(
    programme: ProgrammeInPath, database: DatabaseOf, _: Reader, limit: Limit = 50, after: AfterId = None
) -> Page[ReleaseView]:
    """List a programme's releases, withdrawn ones too."""
    async with database.looking_up() as connection:
        found = await occasions.releases(connection, programme, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of(found, limit, lambda it: it.id)


@router.post("/releases/{id}/withdrawal", operation_id="withdraw_release", dependencies=[if_match(Release)])
async def withdraw(id: IdInPath, database: DatabaseOf, key: Administrator) -> ReleaseView:
    """Withdraw a release; what it alone made due is credited (B5, B6)."""
    found = await withdraw_release(database, id, by=key.name)
    return tagged(found, ReleaseView.model_validate(found))
