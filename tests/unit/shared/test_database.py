from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeOut

from shared.database import is_transient


class Driver(Exception):
    """An error of a driver of PostgreSQL."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def by(original: Any, **options: Any) -> DBAPIError:
    return DBAPIError("SELECT 1", None, original, **options)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        OSError(113, "No route to host"),
        PoolTimeOut("QueuePool limit of size 5 overflow 5 reached"),
        by(Driver("")),
        *(
            by(Driver(code))
            for code in ("08006", "53300", "53100", "57P01", "57P03", "40001", "40P01", "55P03", "25006")
        ),
        *(by(sqlite3.OperationalError(told)) for told in ("database is locked", "disk I/O error")),
        by(sqlite3.OperationalError("database or disk is full")),
    ],
    ids=repr,
)
def test_the_databases_own_condition_is_worth_another_try(error: Exception) -> None:
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "":
        error.connection_invalidated = True
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        KeyError("x"),
        by(Driver("22021")),
        by(Driver("42P01")),
        IntegrityError("INSERT", None, Driver("23505")),
        by(sqlite3.OperationalError("no such table: x")),
    ],
    ids=repr,
)
def test_a_fault_of_the_statement_is_not(error: Exception) -> None:
    assert not is_transient(error)
