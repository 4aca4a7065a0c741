"""Messages that a service could not handle, put where it keeps them."""

from __future__ import annotations

import sqlite3

from tests.support.demonstration import Shown


def park(here: Shown, service: str, *, key: str, type: str, body: str, subject: str) -> None:
    """Keep a message as one that this service could not handle."""
    row = (
        key,
        "parked",
        subject,
        type,
        body.encode(),
        "failed",
        "KeyError: <script>",
        5,
        "2025-02-20 12:00:00.000000",
    )
    with sqlite3.connect(here.folder / f"{service}.db") as connection:
        connection.execute(
            "INSERT INTO parked_message (key, state, subject, type, body, reason, error, attempts, parked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    connection.close()
