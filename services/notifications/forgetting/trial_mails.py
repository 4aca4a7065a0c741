"""The mails that an embedded start's own mail server keeps as files: those that say who was erased are removed (N2)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from pathlib import Path

_ID = re.compile(rb"^Message-ID:\s*<([^@>\s]+)@", re.IGNORECASE | re.MULTILINE)


async def remove(folder: Path, mails: Collection[str]) -> None:
    """Remove the files of these mails, by their ids, as often as each was sent."""
    await asyncio.to_thread(_remove, folder, frozenset(mails))


def _remove(folder: Path, mails: Collection[str]) -> None:
    for file in folder.glob("*.eml"):
        if _id(file) in mails:
            file.unlink(missing_ok=True)


def _id(file: Path) -> str | None:
    """The id by which a mail goes that came from here; it stands in its Message-ID."""
    try:
        head = file.read_bytes().partition(b"\r\n\r\n")[0]
    except FileNotFoundError:
        return None
    found = _ID.search(head)
    return found[1].decode(errors="replace") if found else None
