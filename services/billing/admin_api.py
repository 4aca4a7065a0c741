"""Billing's JSON routes: what was issued, what was not and why, releases by hand, and the books.

Amounts are in øre, days are calendar days in Norway.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.books import books
from services.billing.domain.deliveries import ReleaseReason
from services.billing.domain.instalments import CreditReason
from services.billing.domain.unbilled import Why
from services.billing.repository import agreements, documents, occasions
from services.billing.use_cases.list_unbilled import list_unbilled
from services.billing.use_cases.release_instalment import release_instalment
from services.billing.use_cases.withdraw_release import withdraw_release
from shared.questions import DocumentContent
from shared.web.api import Administrator, After, Body, DatabaseOf, Day, Int, Limit, Page, Reader, page_of

router = APIRouter(prefix="/billing", tags=["billing"])

Programme = Annotated[str, Path(max_length=40)]
OfProgramme = Annotated[str, Query(max_length=40)]
Number = Annotated[int, Path(ge=1, le=999_999)]
AfterNumber = Annotated[int, Query(ge=0, le=999_999)]


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class InvoiceView(View):
    programme: str
    number: int
    kid: str
    party: str
    agreement: str
    instalment: int
    attempt: int = Field(description="1, and one more each time the one before was credited")
    session: str | None = Field(description="what made it due: a session")
    release: str | None = Field(description="what made it due: a release by hand")
    amount_ore: int
    issued_on: date
    due_on: date
    credited_by: int | None = Field(description="the number of the credit note, if there is one")


class CreditNoteView(View):
    programme: str
    number: int
    invoice: int = Field(description="the number of the invoice that it credits in full")
    party: str
    agreement: str
    instalment: int
    attempt: int
    reason: CreditReason
    because: str = Field(description="the id of the event that made the invoice wrong")
    amount_ore: int
    issued_on: date


class NewRelease(Body):
    instalment: Annotated[Int, Field(ge=1, le=3)]
    effective_on: Day = Field(description="counts as a session completed on that day (B6); not in the future")
    reason: ReleaseReason


class ReleaseView(View):
    id: str
    version: int
    programme: str
    instalment: int
    effective_on: date
    reason: ReleaseReason
    withdrawn: bool


class UnbilledView(View):
    party: str
    agreement: str
    instalment: int
    why: Why
    explanation: str = Field(description="in Norwegian")


class UnbilledList(View):
    items: list[UnbilledView]


class SummaryView(View):
    invoices: int
    credit_notes: int
    total_ore: int = Field(description="what was invoiced less what was credited")
    first_number: int | None = Field(description="of the invoices")
    last_number: int | None


@router.get("/programmes/{programme}/invoices")
async def list_invoices(
    programme: Programme, database: DatabaseOf, _: Reader, limit: Limit = 50, after: AfterNumber = 0
) -> Page[InvoiceView]:
    """The invoices of a programme by number."""
    async with database.reading() as connection:
        found = await documents.invoices(connection, programme, after=after, limit=limit + 1)
        if not found:
            await agreements.check_is_named(connection, programme)
    return page_of(found, limit, lambda it: str(it.number))


@router.get("/programmes/{programme}/invoices/{number}")
async def show_invoice(programme: Programme, number: Number, database: DatabaseOf, _: Reader) -> DocumentContent:
    """An invoice as it was issued."""
    async with database.reading() as connection:
        content = await documents.content(connection, "invoice", programme, number)
    return DocumentContent.model_validate_json(content)


@router.get("/programmes/{programme}/credit-notes")
async def list_credit_notes(
    programme: Programme, database: DatabaseOf, _: Reader, limit: Limit = 50, after: AfterNumber = 0
) -> Page[CreditNoteView]:
    """The credit notes of a programme by number."""
    async with database.reading() as connection:
        found = await documents.credit_notes(connection, programme, after=after, limit=limit + 1)
        if not found:
            await agreements.check_is_named(connection, programme)
    return page_of(found, limit, lambda it: str(it.number))


@router.get("/programmes/{programme}/credit-notes/{number}")
async def show_credit_note(programme: Programme, number: Number, database: DatabaseOf, _: Reader) -> DocumentContent:
    """A credit note as it was issued."""
    async with database.reading() as connection:
        content = await documents.content(connection, "credit_note", programme, number)
    return DocumentContent.model_validate_json(content)


@router.get("/unbilled")
async def show_unbilled(programme: OfProgramme, database: DatabaseOf, _: Reader) -> UnbilledList:
    """Every instalment that no invoice stands for, and why (B6)."""
    found = await list_unbilled(database, programme)
    items = [UnbilledView(party=it.party, agreement=it.agreement, **vars(it.unbilled)) for it in found]
    return UnbilledList(items=items)


@router.post("/programmes/{programme}/releases", status_code=201)
async def release(programme: Programme, body: NewRelease, database: DatabaseOf, key: Administrator) -> ReleaseView:
    """Release an instalment by hand (B6)."""
    released = await release_instalment(
        database,
        programme,
        instalment=body.instalment,
        effective_on=body.effective_on,
        reason=body.reason,
        by=key.name,
    )
    return ReleaseView.model_validate(released)


@router.get("/programmes/{programme}/releases")
async def list_releases(
    programme: Programme, database: DatabaseOf, _: Reader, limit: Limit = 50, after: After = None
) -> Page[ReleaseView]:
    """The releases of a programme, withdrawn ones too."""
    async with database.reading() as connection:
        await agreements.check_is_named(connection, programme)
        found = await occasions.releases(connection, programme, after=after, limit=limit + 1)
    return page_of(found, limit, lambda it: it.id)


@router.post("/releases/{id}/withdrawal")
async def withdraw(id: str, database: DatabaseOf, key: Administrator) -> ReleaseView:
    """Withdraw a release; what it alone made due is credited (B5, B6)."""
    return ReleaseView.model_validate(await withdraw_release(database, id, by=key.name))


@router.get("/programmes/{programme}/books")
async def show_books(programme: Programme, database: DatabaseOf, _: Reader) -> Response:
    """The books, as canonical JSON: what runs are compared by."""
    async with database.reading() as connection:
        await agreements.check_is_named(connection, programme)
        parties = await agreements.parties(connection, programme)
        invoices = await documents.booked_invoices(connection, programme)
        credit_notes = await documents.booked_credit_notes(connection, programme)
    canonical = json.dumps(books(parties, invoices, credit_notes), sort_keys=True, ensure_ascii=False, indent=2)
    return Response(canonical + "\n", media_type="application/json")


@router.get("/summary")
async def show_summary(programme: OfProgramme, database: DatabaseOf, _: Reader) -> SummaryView:
    """What was issued in a programme, in figures."""
    async with database.reading() as connection:
        await agreements.check_is_named(connection, programme)
        invoices = await documents.totals(connection, "invoice", programme)
        credit_notes = await documents.totals(connection, "credit_note", programme)
    return SummaryView(
        invoices=invoices.documents,
        credit_notes=credit_notes.documents,
        total_ore=invoices.amount_ore - credit_notes.amount_ore,
        first_number=invoices.first_number,
        last_number=invoices.last_number,
    )
