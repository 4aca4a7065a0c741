"""Files that a service made and keeps as they were made: the documents that it sent.

A file is made once, after the transaction that decided what it says, and stands beside what it was made of. It is never changed,
which triggers see to; a later version of its template makes nothing of what is kept anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import Boolean, Column, LargeBinary, MetaData, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.among import among
from shared.clock import real_now
from shared.database import Instant, insert, read_as
from shared.errors import Conflict

PROGRAM = "fremtidens-kulturskole"
NAME_LENGTH = 160
NOT_MADE_YET = "file_is_not_made_yet"  # the code of what is answered meanwhile

metadata = MetaData()
kept_file = Table(
    "kept_file",
    metadata,
    Column("name", String(NAME_LENGTH), primary_key=True),  # a path: <what it belongs to>/<what it is called>.pdf
    Column("media_type", String(60), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the content, in hexadecimal
    Column("content", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(40), nullable=False),  # the version of this program
    # The file that was sent is lost, and this one was made anew of what it was made of: its bytes may differ.
    Column("made_again", Boolean, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    name: str
    media_type: str
    sha256: str
    made_at: datetime
    made_by: str
    made_again: bool

    @property
    def called(self) -> str:
        """What it is called where it is saved: the end of its name."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file that was just made."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


ABOUT = select(*(kept_file.c[name] for name in KeptFile.__dataclass_fields__))


def not_made(why: str | None, *, rule: str, field: str) -> Conflict:
    """What is answered in place of a file that is not there; `why` it cannot be made, as a code, None where it is only not made yet."""
    if why is not None:
        msg = f"no such file can be made of this document: {why}"
        return Conflict(msg, code="file_cannot_be_made", rule=rule, field=field, values={"why": why})
    msg = "the file is not made yet; that takes some seconds after what it says was decided"
    return Conflict(msg, code="file_is_not_made_yet", rule=rule, field=field)


def gone(*, rule: str, field: str) -> Conflict:
    """What is answered in place of a file that was made, and is not there."""
    msg = "the file was made and is gone; it is made again when the service starts"
    return Conflict(msg, code="file_is_gone", rule=rule, field=field)


async def keep(connection: AsyncConnection, files: Sequence[Made], *, made_again: bool = False) -> None:
    """Keep files that were made. Of one that is kept already the first stays: another worker was quicker."""
    there = await about(connection, [it.name for it in files])
    rows = [
        {
            "name": it.name,
            "media_type": it.media_type,
            "sha256": it.sha256,
            "content": it.content,
            "made_at": real_now(),
            "made_by": version(PROGRAM),
            "made_again": made_again,
        }
        for it in files
        if it.name not in there
    ]
    if rows:
        await connection.execute(insert(connection, kept_file).on_conflict_do_nothing(), rows)


async def about(connection: AsyncConnection, names: Sequence[str]) -> dict[str, KeptFile]:
    """What is known of these files, by name; those that are not kept are not there. Does not read what stands in them."""
    found = read_as(KeptFile, await connection.execute(ABOUT.where(among(kept_file.c.name, names))))
    return {it.name: it for it in found}


async def content(connection: AsyncConnection, name: str) -> bytes | None:
    """What stands in a file; None where it is not kept. Raises Conflict where that is not what was made: it goes nowhere."""
    query = select(kept_file.c.content, kept_file.c.sha256).where(kept_file.c.name == name)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    found: bytes = row.content
    if hashlib.sha256(found).hexdigest() != row.sha256:
        msg = "the file is not what was made: it was changed in the database"
        raise Conflict(msg, code="file_is_changed")
    return found
