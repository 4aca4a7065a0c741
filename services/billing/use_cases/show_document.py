"""Show an invoice or a credit note as it was issued."""

from __future__ import annotations

from services.billing.domain.series import programme_of
from services.billing.repository import documents
from shared.database import Database
from shared.errors import NotFound
from shared.questions import DocumentContent, WhatDocument


async def show_document(database: Database, question: WhatDocument) -> DocumentContent:
    """Answers `rpc.billing.invoice`. Raises NotFound."""
    programme = programme_of(question.series, question.kind)
    if programme is None:
        msg = "there is no such series"
        raise NotFound(msg, field="series")
    async with database.reading() as connection:
        found = await documents.content(connection, question.kind, programme, question.number)
    return DocumentContent.model_validate_json(found)
