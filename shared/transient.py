"""Which errors of a database pass: they say nothing about the statement, which is worth trying again as it is.

What is damaged on disk (`XX001`, `XX002`, SQLITE_CORRUPT) does not, and stops only what lies there. Nor does a table that is
missing: code and schema do not fit.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeOut

# PostgreSQL's codes, or the beginnings of codes.
TRANSIENT = (
    "08",  # the connection failed
    "40001",  # serialisation failure, or a stand-by had to go on
    "40003",  # nobody knows whether it was done
    "40P01",  # deadlock
    "25006",  # a server that only reads, having become a stand-by
    *("25P03", "25P04"),  # the transaction took too long, idle or at all
    "53",  # out of disk, memory or connections
    "55P03",  # lock time-out
    "57014",  # somebody cancelled it, or it took too long
    "57P",  # shutting down, crashed, starting up; the database was dropped; the session was idle for too long
    *("58000", "58030"),  # the server's own disk fails
)
# And of a connection that cannot be made: no statement has been sent yet, so it is none's fault. Passwords are being changed,
# or a database is being put back.
TRANSIENT_AT_CONNECTING = (
    "28",  # the user or its password is refused
    "3D000",  # there is no such database
    "42501",  # it may not be connected to
    "55000",  # it takes no connections
)
# What was prepared, or looked up, before the schema was changed. Once this was raised, all is prepared anew.
OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
# Code XX000 is for faults of the server too. These it never translates.
OUTDATED_IN_SERVER = ("cache lookup failed", "could not open relation with OID", "tuple concurrently updated")
# SQLite's: the file is locked, its disk full or failing, or only to be read; or the schema was just changed. That memory is
# short is Python's MemoryError: whoever reads something too big must not read it for ever.
TRANSIENT_ON_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_SCHEMA,
}

LONGEST = 300  # characters of what is logged of an error


def is_transient(error: BaseException) -> bool:
    """Whether an error is the database's condition and not the statement's fault."""
    if isinstance(error, (OSError, PoolTimeOut)):  # an OSError may be a time-out, or a name that is not resolved
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    told: Any = error.orig
    if isinstance(told, sqlite3.Error):
        return getattr(told, "sqlite_errorcode", 0) & 0xFF in TRANSIENT_ON_SQLITE  # the rest says which kind of it
    return _is_transient_on_postgresql(told.__cause__, is_connecting=error.statement is None)


def in_one_line(error: BaseException) -> str:
    """What is logged of it: what the driver said, without the statement."""
    told = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    told = told.__cause__ if isinstance(told.__cause__, (asyncpg.PostgresError, asyncpg.InterfaceError)) else told
    return f"{type(told).__name__}: {' '.join(str(told).splitlines()[:1])}"[:LONGEST]


def _is_transient_on_postgresql(told: Any, *, is_connecting: bool) -> bool:
    if isinstance(
        told, (*OUTDATED, asyncpg.TargetServerAttributeNotMatched)
    ):  # the latter: no such server at the moment
        return True
    code = getattr(told, "sqlstate", None) or ""
    if code == asyncpg.InternalServerError.sqlstate:
        return any(it in str(told) for it in OUTDATED_IN_SERVER)
    return code.startswith(TRANSIENT) or (is_connecting and code.startswith(TRANSIENT_AT_CONNECTING))
