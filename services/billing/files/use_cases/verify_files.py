"""Verify that the files of what was issued in a programme are those that were made, and that were sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents.domain.series import Kind
from services.billing.documents.repository import TABLES
from services.billing.files import repository as files
from services.billing.files.domain.file import FORMATS, Format, Issued
from services.billing.files.domain.verification import FilesVerified
from services.billing.works import MAKE_FILES
from shared import clock, kept_files
from shared.contracts import billing as events
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import marks, outbox, set_aside

DELIVERIES = (events.DOCUMENT_HANDED_TO_MAIL, events.DOCUMENT_DELIVERED, events.DOCUMENT_DELIVERY_FAILED)
TOLD_AS: dict[Format, str] = {"pdf": "sha256_of_pdf", "xml": "sha256_of_ehf"}
SLICE = 1_000  # events that are read at a time

Told = dict[tuple[Kind, int, Format], set[str]]  # the hashes that deliveries told of a file


async def verify_files(database: Database, programme: str) -> list[FilesVerified]:
    """Both series of a programme, one file in memory at a time.

    Whoever may change the database can change a file and its hash. What deliveries told is therefore compared too.
    """
    found = []
    async with database.reading() as connection:
        told = await _told(connection, programme)
        today = await clock.today(connection)
        for kind in TABLES:
            it = FilesVerified(programme=programme, kind=kind)
            last = 0
            while some := await files.issued(connection, programme, kind, after=last):
                await _look_at(connection, it, some, told, today)
                last = some[-1][0].number
            found.append(it)
    return found


async def _look_at(
    connection: AsyncConnection, it: FilesVerified, some: Sequence[tuple[Issued, date]], told: Told, today: date
) -> None:
    # In this order: what was worked off before the marks are read is there when the files are.
    left = await marks.left_on(connection, MAKE_FILES, it.programme)
    aside = await set_aside.reasons(connection, MAKE_FILES, it.programme)
    names = [one.file(format) for one, _ in some for format in FORMATS]
    kept = await kept_files.about(connection, names)
    comes_back = set(left.parts())
    for one, issued_on in some:
        it.issued(issued_on, today=today)
        for format in FORMATS:
            hashes = told.get((it.kind, one.number, format), set())
            file = kept.get(one.file(format))
            if file is not None:
                is_changed = await _is_changed(connection, file.name)
                it.kept(one.number, format, file.sha256, hashes, is_changed=is_changed, made_again=file.made_again)
                continue
            it.lacks(
                one.number,
                format,
                was_told=bool(hashes),
                is_marked=bool(left),
                comes_back=one.part in comes_back,
                why=aside.get(one.part),
            )


async def _is_changed(connection: AsyncConnection, name: str) -> bool:
    try:
        await kept_files.content(connection, name)
    except Conflict:
        return True
    return False


async def _told(connection: AsyncConnection, programme: str) -> Told:
    found: Told = defaultdict(set)
    for kind in DELIVERIES:
        position = 0
        while some := await outbox.told(connection, kind, programme, after=position, limit=SLICE):
            position = some[-1].position
            for it in some:
                for format, name in TOLD_AS.items():
                    if it.data.get(name):
                        found[it.data["kind"], it.data["number"], format].add(it.data[name])
    return found
