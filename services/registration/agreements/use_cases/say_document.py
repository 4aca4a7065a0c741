"""Answer with an agreement's document: `rpc.registration.document` (R6)."""

from __future__ import annotations

from base64 import b64encode

from services.registration.agreements.use_cases.find_document import find_document
from shared import kept_files
from shared.contracts.questions import DocumentFile, DocumentFiles, WhatAgreementDocument
from shared.database import Database
from shared.errors import Conflict


async def say_document(database: Database, question: WhatAgreementDocument) -> DocumentFiles:
    """Raises NotFound for one that there is not, and will not be by itself; Conflict for one that cannot be made."""
    async with database.reading() as connection:
        try:
            found = await find_document(connection, question.agreement, question.fingerprint)
        except Conflict as why:
            if why.code == kept_files.NOT_MADE_YET:
                return DocumentFiles(are_made=False, files=())
            raise
        content = await kept_files.content(connection, found.name) if question.with_content else None
    file = DocumentFile(
        name=found.called,
        media_type=found.media_type,
        sha256=found.sha256,
        content=b64encode(content).decode("ascii") if content is not None else None,
    )
    return DocumentFiles(are_made=True, files=(file,))
