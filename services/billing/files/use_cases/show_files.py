"""Show the files of a document, as they were made."""

from __future__ import annotations

import base64

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents.domain.series import Kind
from services.billing.files import repository as files
from services.billing.files.domain.file import FORMATS, Format, Issued
from services.billing.works import MAKE_FILES
from shared import kept_files
from shared.contracts.questions import DocumentFile, DocumentFiles, WhatFiles
from shared.database import Database
from shared.errors import Conflict
from shared.kept_files import KeptFile
from shared.messaging import marks, set_aside


async def show_files(database: Database, question: WhatFiles) -> DocumentFiles:
    """Answers `rpc.billing.document`. Raises NotFound, or Conflict where none can be made.

    The PDF alone where no EHF can be made.
    """
    async with database.reading() as connection:
        it = await files.find(connection, question.kind, question.programme, question.number)
        kept = await kept_files.about(connection, [it.file(format) for format in FORMATS])
        if len(kept) < len(FORMATS) and await _why(connection, it) is None:
            return DocumentFiles(are_made=False, files=())
        if it.file("pdf") not in kept:
            raise await _not_made(connection, it)
        found = [kept[name] for format in FORMATS if (name := it.file(format)) in kept]
        contents = [await kept_files.content(connection, one.name) if question.with_content else None for one in found]
    return DocumentFiles(
        are_made=True,
        files=tuple(
            DocumentFile(
                name=one.called,
                media_type=one.media_type,
                sha256=one.sha256,
                content=base64.b64encode(content).decode("ascii") if content is not None else None,
            )
            for one, content in zip(found, contents, strict=True)
        ),
    )


async def find_file(connection: AsyncConnection, kind: Kind, programme: str, number: int, format: Format) -> KeptFile:
    """One of them. Raises NotFound, or Conflict where it is not made yet, is gone, or none can be made."""
    it = await files.find(connection, kind, programme, number)
    name = it.file(format)
    found = (await kept_files.about(connection, [name])).get(name)
    if found is None:
        raise await _not_made(connection, it)
    return found


async def _why(connection: AsyncConnection, it: Issued) -> str | None:
    """Why not all of its files can be made, as a code."""
    return (await set_aside.reasons(connection, MAKE_FILES, it.programme)).get(it.part)


async def _not_made(connection: AsyncConnection, it: Issued) -> Conflict:
    why = await _why(connection, it)
    if why is None:
        left = await marks.left_on(connection, MAKE_FILES, it.programme)
        was_there = not left or it.part in await files.delivered(connection, [it])
        if was_there and it.part not in left.parts() and not await _is_there(connection, it):
            return kept_files.gone(rule="B8", field="number")
    return kept_files.not_made(why, rule="B8", field="number")


async def _is_there(connection: AsyncConnection, it: Issued) -> bool:
    """Looked at after the marks: what was worked off before these were read is there now."""
    return len(await kept_files.about(connection, [it.file(format) for format in FORMATS])) == len(FORMATS)
