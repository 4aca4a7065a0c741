"""What was issued: invoices, credit notes, the books, and whether it stands; and an invoice credited by hand.

Amounts are in øre, days are calendar days in Norway.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from services.billing.documents import chains
from services.billing.documents import repository as documents
from services.billing.documents.domain.books import books
from services.billing.documents.domain.credit_note import ByHand, CreditReason
from services.billing.documents.domain.series import Kind
from services.billing.documents.domain.verification import MOST, Code
from services.billing.documents.use_cases.credit_invoice import credit_invoice
from services.billing.documents.use_cases.show_document import document
from services.billing.documents.use_cases.verify_documents import verify_documents
from services.billing.occasions import repository as occasions
from services.billing.settings import Settings
from shared.contracts.questions import DocumentContent
from shared.web.api import (
    PARTY_NAME,
    Administrator,
    After,
    Body,
    DatabaseOf,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Reader,
    View,
    example,
    page_of,
)

router = APIRouter(prefix="/billing", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=999_999, examples=[1])]
AfterNumber = Annotated[int, Query(ge=0, le=999_999, description="the `next` of the page before")]

LINK = "its link in the chain over its series: to be compared with what was noted before; null until the next is issued"


async def settings_of(request: Request) -> Settings:
    """Billing's settings. Async, as `database_of` is."""
    settings: Settings = request.app.state.service.settings
    return settings


SettingsOf = Annotated[Settings, Depends(settings_of)]


class NewCreditNote(Body):
    model_config = example(reason="wrong_reference")

    reason: ByHand


class InvoiceView(View):
    programme: str
    number: int = Field(description="in the programme's series of invoices")
    document_number: str | None = Field(description="what it is called, unlike any other; null before there was one")
    kid: str = Field(description="what a payment is known by")
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int
    attempt: int = Field(description="1, and one more each time the one before was credited")
    session: str | None = Field(description="what made it due: a session")
    release: str | None = Field(description="what made it due: a release by hand")
    delivered_from: date | None = Field(description="the first day of what made it due; null where its content is lost")
    delivered_to: date | None = Field(description="the last day of what made it due; null where its content is lost")
    amount_ore: int
    issued_on: date
    due_on: date = Field(description="the last day on which it is paid in time")
    credited_by: int | None = Field(description="the number of the credit note, if there is one")
    link: str | None = Field(description=LINK)


class CreditNoteView(View):
    programme: str
    number: int = Field(description="in the programme's series of credit notes")
    document_number: str | None = Field(description="what it is called, unlike any other; null before there was one")
    invoice: int = Field(description="the number of the invoice that it credits in full")
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int
    attempt: int
    reason: CreditReason
    because: str | None = Field(
        description="the id of the event that made the invoice wrong; null by hand, and where it is lost"
    )
    amount_ore: int
    issued_on: date
    link: str | None = Field(description=LINK)


class SeriesView(View):
    programme: str
    kind: Kind
    ordinal: int | None = Field(
        description="what its KIDs and document numbers begin with; null until it is given anew"
    )
    last_number: int | None = Field(description="how far it has counted")


class VerifiedSeriesView(View):
    series: str
    count: int = Field(description="documents that stand there")
    first: int | None
    last: int | None
    link: str | None = Field(description="of the last document that has one: to be compared with what was noted before")
    contents_lost: int = Field(description="documents whose content is lost, which the chain then says nothing of")
    not_linked: int = Field(description="documents at the end that get their links when the next one is issued")


class FindingView(View):
    series: str
    code: Code
    number: int
    until: int = Field(description="the last of several numbers in a row; else the same")
    fields: list[str] = Field(description="in which it differs, where that can be said")


class VerificationView(View):
    programme: str
    holds: bool = Field(description="whether nothing was found")
    series: list[VerifiedSeriesView]
    findings: list[FindingView] = Field(description=f"of each series the first {MOST}")
    more: int = Field(description="findings beyond these")


@router.get("/programmes/{programme}/invoices")
async def list_invoices(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: AfterNumber = 0,
    limit: Limit = 50,
) -> Page[InvoiceView]:
    """List a programme's invoices by number; those to a party."""
    async with database.looking_up() as connection:
        found = await documents.invoices(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of(found, limit, lambda it: str(it.number))


@router.get("/programmes/{programme}/invoices/{number}")
async def show_invoice(programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader) -> DocumentContent:
    """Show an invoice as it was issued."""
    async with database.looking_up() as connection:
        content = await documents.content(connection, "invoice", programme, number)
    return document(content)


@router.post("/programmes/{programme}/invoices/{number}/credit-note", status_code=201, operation_id="credit_invoice")
async def credit(
    programme: ProgrammeInPath,
    number: Number,
    body: NewCreditNote,
    database: DatabaseOf,
    *,
    key: Administrator,
    settings: SettingsOf,
) -> CreditNoteView:
    """Credit an invoice by hand, in full; what is still due is issued anew, with the facts of that moment (B5)."""
    prefix = settings.document_prefix
    note = await credit_invoice(database, programme, number, reason=body.reason, document_prefix=prefix, by=key.name)
    async with database.reading() as connection:
        return CreditNoteView.model_validate(await documents.named_credit_note(connection, note))


@router.get("/programmes/{programme}/credit-notes")
async def list_credit_notes(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: AfterNumber = 0,
    limit: Limit = 50,
) -> Page[CreditNoteView]:
    """List a programme's credit notes by number; those to a party."""
    async with database.looking_up() as connection:
        found = await documents.credit_notes(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of(found, limit, lambda it: str(it.number))


@router.get("/programmes/{programme}/credit-notes/{number}")
async def show_credit_note(
    programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader
) -> DocumentContent:
    """Show a credit note as it was issued."""
    async with database.looking_up() as connection:
        content = await documents.content(connection, "credit_note", programme, number)
    return document(content)


@router.get("/programmes/{programme}/books")
async def show_books(programme: ProgrammeInPath, database: DatabaseOf, _: Reader) -> Response:
    """Show the books, as canonical JSON: what runs are compared by."""
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        parties = await documents.parties(connection, programme)
        invoices = await documents.booked_invoices(connection, programme)
        credit_notes = await documents.booked_credit_notes(connection, programme)
    canonical = json.dumps(books(parties, invoices, credit_notes), sort_keys=True, ensure_ascii=False, indent=2)
    return Response(canonical + "\n", media_type="application/json")


@router.get("/series")
async def list_series(database: DatabaseOf, _: Reader, *, after: After = None, limit: Limit = 50) -> Page[SeriesView]:
    """List the number series of all programmes."""
    async with database.looking_up() as connection:
        found = await chains.series(connection, after=after, limit=limit + 1)
    return page_of(found, limit, lambda it: f"{it.programme}/{it.kind}")


@router.get("/programmes/{programme}/verification")
async def show_verification(programme: ProgrammeInPath, database: DatabaseOf, _: Reader) -> VerificationView:
    """Show whether all that was issued in a programme stands as it was issued (B8)."""
    found = await verify_documents(database, programme)
    if not any(it.count or it.findings for it in found):
        async with database.looking_up() as connection:
            await occasions.check_programme_is_named(connection, programme)
    findings = [one for it in found for one in it.findings]
    return VerificationView.model_validate(
        {
            "programme": programme,
            "holds": not findings,
            "series": found,
            "findings": findings,
            "more": sum(it.more for it in found),
        }
    )
