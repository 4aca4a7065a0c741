"""A log that is appended to a file while it runs, and does not grow for ever."""

from __future__ import annotations

import threading
from pathlib import Path

LARGEST = 50_000_000  # bytes


class LogFile:
    """Text is written to `path`; one that has grown large is put aside as `….log.1`, in place of the one before."""

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._size = path.stat().st_size

    def write(self, text: str) -> int:
        with self._lock:
            size = len(text.encode())
            if self._size and self._size + size > self._largest:
                self._file.close()
                self._path.replace(self._path.with_suffix(".log.1"))
                self._file = self._path.open("a", encoding="utf-8", buffering=1)
                self._size = 0
            self._size += size
            return self._file.write(text)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()
