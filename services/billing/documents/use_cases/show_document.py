"""Show an invoice or a credit note as it was issued."""

from __future__ import annotations

from dataclasses import asdict

from services.billing.documents import repository as documents
from services.billing.documents.domain.content import Content
from services.billing.documents.domain.series import programme_of
from shared.contracts.questions import DocumentContent, WhatDocument
from shared.database import Database
from shared.errors import NotFound


async def show_document(database: Database, question: WhatDocument) -> DocumentContent:
    """Answers `rpc.billing.invoice`. Raises NotFound, or Conflict where what it says is lost or cannot be read."""
    programme = programme_of(question.series, question.kind)
    if programme is None:
        msg = "there is no such series"
        raise NotFound(msg, code="no_such_series", field="series")
    async with database.reading() as connection:
        found = await documents.content(connection, question.kind, programme, question.number)
    return document(found)


def document(it: Content) -> DocumentContent:
    """A document's content as others hear of it."""
    return DocumentContent(**asdict(it))  # which ignores what its contract does not have
