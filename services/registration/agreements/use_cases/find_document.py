"""Find the file of an agreement's document (R6)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from services.registration.works import MAKE_DOCUMENTS
from shared import kept_files
from shared.errors import Conflict, NotFound
from shared.kept_files import KeptFile
from shared.messaging import set_aside


async def find_document(connection: AsyncConnection, agreement: str, fingerprint: str | None = None) -> KeptFile:
    """That of the version as it stands, or of another one. Raises NotFound, or Conflict where it is not made yet, or cannot be, or what it
    says is not what was sent.
    """
    found = await agreements.get(connection, agreement)
    version = fingerprint or found.fingerprint
    if version is None:
        msg = "the agreement was sent before there were documents, and has none"
        raise NotFound(msg, code="agreement_has_no_document", rule="R6", field="agreement")
    written = await documents.find(connection, agreement, version)
    if written is not None and written.is_changed:
        msg = "what the document says is not what was sent: it was changed in the database"
        raise Conflict(msg, code="document_is_changed", rule="R6", field="agreement")
    if file := await documents.about(connection, agreement, version):
        return file
    if written is not None:
        why = (await set_aside.reasons(connection, MAKE_DOCUMENTS, agreement)).get(version)
        raise kept_files.not_made(why, rule="R6", field="agreement")
    if version == found.fingerprint:
        msg = "the document was lost with a database; it is found again once those who sign it are named again"
        raise NotFound(msg, code="document_is_lost", rule="R6", field="agreement")
    msg = "the agreement has no version with this fingerprint"
    raise NotFound(msg, code="no_such_version", rule="R6", field="fingerprint")
