"""The files of invoices and credit notes, as they were made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.billing.documents.domain.series import Kind
from services.billing.files.domain.file import MEDIA_TYPES, Format
from services.billing.files.use_cases.show_files import show_file
from shared.database import Database
from shared.web.api import DatabaseOf, ProgrammeInPath, Reader

router = APIRouter(prefix="/billing", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=999_999, examples=[1])]


def _answers(format: Format) -> dict[int | str, dict[str, Any]]:
    """As its document says. 409: it is not made yet, or none can be."""
    headers = {
        "ETag": {"schema": {"type": "string"}, "description": "its SHA-256, in hexadecimal"},
        "Content-Disposition": {"schema": {"type": "string"}, "description": "what it is called: `FK1-35.pdf`"},
    }
    body = {MEDIA_TYPES[format]: {"schema": {"type": "string", "contentMediaType": MEDIA_TYPES[format]}}}
    return {200: {"content": body, "headers": headers}, 409: {}}


@router.get("/programmes/{programme}/invoices/{number}.pdf", response_class=Response, responses=_answers("pdf"))
async def show_invoice_as_pdf(programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader) -> Response:
    """Show an invoice as the PDF that was made of it: PDF/A-3, with its EHF inside."""
    return await _file(database, "invoice", programme, number, "pdf")


@router.get("/programmes/{programme}/invoices/{number}.xml", response_class=Response, responses=_answers("xml"))
async def show_invoice_as_ehf(programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader) -> Response:
    """Show an invoice as the EHF that was made of it (Peppol BIS Billing 3.0)."""
    return await _file(database, "invoice", programme, number, "xml")


@router.get("/programmes/{programme}/credit-notes/{number}.pdf", response_class=Response, responses=_answers("pdf"))
async def show_credit_note_as_pdf(
    programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader
) -> Response:
    """Show a credit note as the PDF that was made of it: PDF/A-3, with its EHF inside."""
    return await _file(database, "credit_note", programme, number, "pdf")


@router.get("/programmes/{programme}/credit-notes/{number}.xml", response_class=Response, responses=_answers("xml"))
async def show_credit_note_as_ehf(
    programme: ProgrammeInPath, number: Number, database: DatabaseOf, _: Reader
) -> Response:
    """Show a credit note as the EHF that was made of it (Peppol BIS Billing 3.0)."""
    return await _file(database, "credit_note", programme, number, "xml")


async def _file(database: Database, kind: Kind, programme: str, number: int, format: Format) -> Response:
    about, content = await show_file(database, kind, programme, number, format)
    headers = {
        "ETag": f'"{about.sha256}"',
        "Content-Disposition": f'attachment; filename="{about.called}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=about.media_type, headers=headers)
