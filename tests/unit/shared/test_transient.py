"""Errors that pass and cannot be caused at will; the others are tests/integration/test_transient.py's."""

from __future__ import annotations

import sqlite3
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeOut

from shared.transient import is_transient


def by_postgresql(told: Exception) -> DBAPIError:
    adapted = Exception(str(told))  # as SQLAlchemy raises it
    adapted.__cause__ = told
    return DBAPIError("SELECT 1", None, adapted)


def by_sqlite(code: int) -> DBAPIError:
    told: Any = sqlite3.OperationalError("in some language")
    told.sqlite_errorcode = code
    return DBAPIError("SELECT 1", None, told)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        OSError(113, "No route to host"),
        PoolTimeOut("QueuePool limit of size 5 overflow 5 reached"),
        by_postgresql(asyncpg.ConnectionFailureError("connection failure")),
        by_postgresql(asyncpg.StatementCompletionUnknownError("nobody knows")),
        by_postgresql(asyncpg.PostgresIOError("could not read block 7")),
        by_postgresql(asyncpg.OutdatedSchemaCacheError("a type has changed")),
        by_postgresql(asyncpg.InternalServerError("could not open relation with OID 16384")),
        by_sqlite(sqlite3.SQLITE_PROTOCOL),
        by_sqlite(sqlite3.SQLITE_SCHEMA),
        by_sqlite(sqlite3.SQLITE_IOERR | 33 << 8),
    ],
    ids=repr,
)
def test_it_passes(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        MemoryError(),
        by_postgresql(asyncpg.CharacterNotInRepertoireError("a NUL")),
        by_postgresql(asyncpg.InsufficientPrivilegeError("permission denied for table pupil")),
        by_postgresql(asyncpg.InternalServerError("unrecognized node type")),
        by_postgresql(asyncpg.DataCorruptedError("invalid page in block 7")),
        by_sqlite(sqlite3.SQLITE_CORRUPT),
    ],
    ids=repr,
)
def test_it_does_not_pass(error: Exception) -> None:
    assert not is_transient(error)
