"""The columns, keys, checks, indexes and triggers of a database, for comparing one with another."""

from __future__ import annotations

import re
import warnings
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from shared.database import Database

INDEXES = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    ),
}


async def structure_of(database: Database) -> dict[str, dict[str, Any]]:
    """All but the triggers, by table. Indexes come as their SQL, since SQLAlchemy reflects none on expressions."""
    async with database.reading() as connection:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*expression-based index")
            return await connection.run_sync(_structure)


async def triggers_of(database: Database) -> dict[tuple[str, str], str]:
    """By table and name, the statement that makes each."""
    async with database.reading() as connection:
        rows = await connection.execute(text(TRIGGERS[connection.dialect.name]))
    return {(table, name): _plain(definition) for table, name, definition in rows}


async def make_anew(database: Database, *tables: MetaData) -> Database:
    """Without any migration: what SQLAlchemy makes of these tables, in place of what was there."""
    async with database.writer.begin() as connection:
        for metadata in tables:
            await connection.run_sync(metadata.drop_all)
        for metadata in tables:
            await connection.run_sync(metadata.create_all)
    return database


def _structure(connection: Connection) -> dict[str, dict[str, Any]]:
    found = inspect(connection)
    indexes = connection.execute(text(INDEXES[connection.dialect.name])).all()
    return {
        table: {
            "columns": {it["name"]: _column(it, connection) for it in found.get_columns(table)},
            "primary key": found.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(map(_foreign_key, found.get_foreign_keys(table))),
            "unique": sorted(it["column_names"] for it in found.get_unique_constraints(table)),
            "checks": sorted(it["sqltext"] for it in found.get_check_constraints(table)),
            "indexes": sorted(_plain(definition) for indexed, definition in indexes if indexed == table),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _column(reflected: Any, connection: Connection) -> dict[str, Any]:
    kept = {name: value for name, value in reflected.items() if name in ("nullable", "default", "autoincrement")}
    return kept | {"type": reflected["type"].compile(connection.dialect)}


def _foreign_key(reflected: Any) -> tuple[list[str], str, list[str], list[tuple[str, Any]]]:
    options = sorted(reflected.get("options", {}).items())
    return reflected["constrained_columns"], reflected["referred_table"], reflected["referred_columns"], options


def _plain(definition: str) -> str:
    """Without quotes around names, and with single spaces."""
    return re.sub(r"\s+", " ", definition.replace('"', "")).strip()
