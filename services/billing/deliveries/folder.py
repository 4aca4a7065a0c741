"""A folder that a provider takes files from: `<id>.xml` goes in, `<id>.ok` or `<id>.err` comes back.

A file is written beside and renamed, so that nobody takes half of one. That it is begun is noted before the rename, which
uses up what was written beside: so it is certain afterwards, whenever the process is killed, whether it was handed over,
although who takes it may remove it at once.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

from services.billing.deliveries.access_point import Submission
from services.billing.deliveries.domain.answer import UNKNOWN, WORKING, Answer, receipt_of, trouble

BEGUN = "begun"  # a folder in it: an empty file for each document that was ever begun
LONGEST = 100  # characters that are read of an answer
A_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}")


class Folder:
    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def submit(self, it: Submission) -> Answer:
        return await asyncio.to_thread(self._submit, it)

    async def state(self, id: str) -> Answer:
        return await asyncio.to_thread(self._state, id)

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _submit(self, it: Submission) -> Answer:
        beside = self._beside(it.id)
        try:
            _write(beside, it.xml)
            (self._folder / BEGUN).mkdir(exist_ok=True)
            _write(self._folder / BEGUN / it.id, b"")
            beside.replace(self._folder / f"{it.id}.xml")
            _sync(self._folder)
        except OSError:
            return trouble("unreachable")
        return WORKING

    def _state(self, id: str) -> Answer:
        try:
            if not self._folder.is_dir():
                return trouble("unreachable")
            if (ok := _read(self._folder / f"{id}.ok")) is not None:
                return Answer(says="delivered", receipt=receipt_of(ok))
            if (err := _read(self._folder / f"{id}.err")) is not None:
                return Answer(says="refused", why=err if A_CODE.fullmatch(err) else "refused")
            if self._beside(id).exists():
                return UNKNOWN
            is_there = (self._folder / f"{id}.xml").exists() or (self._folder / BEGUN / id).exists()
        except OSError:
            return trouble("unreachable")
        return WORKING if is_there else UNKNOWN

    def _beside(self, id: str) -> Path:
        return self._folder / f".{id}.part"


def _read(file: Path) -> str | None:
    """The beginning of its first line; None where there is no such file."""
    try:
        with file.open("rb") as opened:
            read = opened.read(4 * LONGEST)
    except FileNotFoundError:
        return None
    lines = read.decode("utf-8", errors="replace").strip().splitlines()
    return "".join(it for it in lines[0] if it.isprintable())[:LONGEST].strip() if lines else ""


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
