"""The files of invoices and credit notes, as they were made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from services.billing.documents.domain.series import Kind
from services.billing.files.domain.file import MEDIA_TYPES, Format
from services.billing.files.domain.verification import MOST, Code
from services.billing.files.use_cases.show_files import find_file
from services.billing.files.use_cases.verify_files import verify_files
from services.billing.occasions import repository as occasions
from shared.database import Database
from shared.web.api import DatabaseOf, ProgrammeInPath, Reader, View
from shared.web.files import answer_with, file_of

router = APIRouter(prefix="/billing", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=999_999, examples=[1])]


def _answers(format: Format) -> dict[int | str, dict[str, Any]]:
    """409: it is not made yet, is gone, was changed, or none can be made."""
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


class VerifiedFilesView(View):
    series: str
    files: int = Field(description="that are kept")
    made_again: int = Field(description="of these: what was sent is lost with a database, and their bytes may differ")
    numbers_made_again: list[int] = Field(
        description="of the documents whose files those are: to compare with what was sent"
    )
    not_made_yet: int
    cannot_be_made: int = Field(description="`/billing/operations/set-aside` says why")
    may_go: list[int] = Field(description="years in which some were issued that need not be kept any longer")


class FileFindingView(View):
    series: str
    code: Code
    number: int
    format: Format


class FilesVerificationView(View):
    programme: str
    holds: bool = Field(description="whether nothing was found")
    series: list[VerifiedFilesView]
    findings: list[FileFindingView] = Field(description=f"of each series the first {MOST}")
    more: int = Field(description="findings beyond these")


@router.get("/programmes/{programme}/verification/files")
async def show_verification_of_files(
    programme: ProgrammeInPath, database: DatabaseOf, _: Reader
) -> FilesVerificationView:
    """Show whether the files of all that was issued in a programme are those that were made and sent (B8)."""
    found = await verify_files(database, programme)
    if not any(it.files or it.not_made_yet or it.cannot_be_made or it.findings for it in found):
        async with database.looking_up() as connection:
            await occasions.check_programme_is_named(connection, programme)
    findings = [one for it in found for one in it.findings]
    return FilesVerificationView.model_validate(
        {
            "programme": programme,
            "holds": not findings,
            "series": [vars(it) | {"series": it.series, "may_go": sorted(it.may_go)} for it in found],
            "findings": findings,
            "more": sum(it.more for it in found),
        }
    )


async def _file(
    request: Request, database: Database, kind: Kind, programme: str, number: int, *, format: Format
) -> Response:
    async with database.looking_up() as connection:
        return await answer_with(request, connection, await find_file(connection, kind, programme, number, format))
