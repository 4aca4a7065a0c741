"""The files of invoices and credit notes, as they were made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.billing.documents.domain.series import Kind
from services.billing.files.domain.file import MEDIA_TYPES, Format
from services.billing.files.use_cases.show_files import find_file
from shared.database import Database
from shared.web.api import DatabaseOf, ProgrammeInPath, Reader
from shared.web.files import answer_with, file_of

router = APIRouter(prefix="/billing", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=999_999, examples=[1])]


def _answers(format: Format) -> dict[int | str, dict[str, Any]]:
    """409: it is not made yet, or none can be."""
    return file_of(MEDIA_TYPES[format]) | {409: {}}


@router.get("/programmes/{programme}/invoices/{number}.pdf", response_class=Response, responses=_answers("pdf"))
async def show_invoice_as_pdf(
    programme: ProgrammeInPath, number: Number, request: Request, database: DatabaseOf, _: Reader
) -> Response:
    """Show an invoice as the PDF that was made of it: PDF/A-3, with its EHF inside."""
    return await _file(request, database, "invoice", programme, number, format="pdf")


@router.get("/programmes/{programme}/invoices/{number}.xml", response_class=Response, responses=_answers("xml"))
async def show_invoice_as_ehf(
    programme: ProgrammeInPath, number: Number, request: Request, database: DatabaseOf, _: Reader
) -> Response:
    """Show an invoice as the EHF that was made of it (Peppol BIS Billing 3.0)."""
    return await _file(request, database, "invoice", programme, number, format="xml")


@router.get("/programmes/{programme}/credit-notes/{number}.pdf", response_class=Response, responses=_answers("pdf"))
async def show_credit_note_as_pdf(
    programme: ProgrammeInPath, number: Number, request: Request, database: DatabaseOf, _: Reader
) -> Response:
    """Show a credit note as the PDF that was made of it: PDF/A-3, with its EHF inside."""
    return await _file(request, database, "credit_note", programme, number, format="pdf")


@router.get("/programmes/{programme}/credit-notes/{number}.xml", response_class=Response, responses=_answers("xml"))
async def show_credit_note_as_ehf(
    programme: ProgrammeInPath, number: Number, request: Request, database: DatabaseOf, _: Reader
) -> Response:
    """Show a credit note as the EHF that was made of it (Peppol BIS Billing 3.0)."""
    return await _file(request, database, "credit_note", programme, number, format="xml")


async def _file(
    request: Request, database: Database, kind: Kind, programme: str, number: int, *, format: Format
) -> Response:
    async with database.looking_up() as connection:
        return await answer_with(request, connection, await find_file(connection, kind, programme, number, format))
