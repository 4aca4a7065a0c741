"""Find the file of an agreement's document (R6)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from shared.errors import NotFound
from shared.kept_files import KeptFile

IS_BEING_MADE = "document_is_being_made"


async def find_document(connection: AsyncConnection, agreement: str, fingerprint: str | None = None) -> KeptFile:
    """That of the version as it stands, or of another one. Raises NotFound, which says whether it is still to be made."""
    found = await agreements.get(connection, agreement)
    version = fingerprint or found.fingerprint
    if version is None:
        msg = "the agreement was sent before there were documents, and has none"
        raise NotFound(msg, code="agreement_has_no_document", rule="R6", field="agreement")
    if file := await documents.about(connection, agreement, version):
        return file
    if await documents.is_written(connection, agreement, version):
        msg = "the document is just being made; ask again in a moment"
        raise NotFound(msg, code="document_is_being_made", rule="R6", field="agreement")
    if version == found.fingerprint:
        msg = "the document was lost with a database; it is found again once those who sign it are named again"
        raise NotFound(msg, code="document_is_lost", rule="R6", field="agreement")
    msg = "the agreement has no version with this fingerprint"
    raise NotFound(msg, code="no_such_version", rule="R6", field="fingerprint")
