"""Changing what no service may change, as the owner of the tables can."""

from __future__ import annotations

from sqlalchemy import Executable, text

from shared.database import BY_STATEMENT, Database

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
GUARDED = """
    SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
"""


async def tamper(database: Database, *statements: str | Executable) -> None:
    """No trigger is in the way, and no key that refers to another table."""
    engine = database.writer.execution_options(**{BY_STATEMENT: True}) if database.is_sqlite else database.writer
    async with engine.connect() as connection:
        names = (await connection.execute(text(TRIGGERS if database.is_sqlite else GUARDED))).scalars().all()
        if database.is_sqlite:
            before = ["PRAGMA foreign_keys = OFF", *(f"DROP TRIGGER {name}" for name in names)]
            after = ["PRAGMA foreign_keys = ON"]
        else:
            before, after = ([f"ALTER TABLE {it} {how} TRIGGER ALL" for it in names] for how in ("DISABLE", "ENABLE"))
        for statement in (*before, *statements, *after):
            await connection.execute(text(statement) if isinstance(statement, str) else statement)
        await connection.commit()
