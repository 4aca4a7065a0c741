"""What the role that serves may do, where another one owns the tables and migrates; on PostgreSQL alone.

A table whose rows stay has a trigger of that name (`invoice_stays`), which refuses what would change them. Such a role is not granted it
in the first place, and cannot take the trigger away either. What is granted follows from the triggers, and so from the migrations.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

MIGRATED = ("alembic_version", "migration")  # what was run is noted by who runs it
DELETE, UPDATE = 8, 16  # bits of a trigger's type, as in PostgreSQL's trigger.h
TABLES = """
    SELECT c.relname AS name, coalesce(bit_or(t.tgtype) FILTER (WHERE t.tgattr = ''), 0) AS refused_of_all,
        coalesce(bit_or(t.tgtype), 0) AS refused
    FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = c.relname || '_stays'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""


class NoSuchRole(Exception):
    """The role that is to serve is not there, or is the one that migrates. The message says so."""


def grant(connection: Connection, role: str) -> None:
    """Have `role` do what a service does, and no more. The connection is the owner's. Raises NoSuchRole."""
    known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if not known or connection.execute(text("SELECT current_user")).scalar() == role:
        msg = f"{role} is to serve and is no role here, or the one that migrates: kulturskole roles makes both"
        raise NoSuchRole(msg)
    quoted = connection.dialect.identifier_preparer.quote_identifier
    serving = quoted(role)
    for table in connection.execute(text(TABLES)).all():
        name = quoted(table.name)
        connection.execute(text(f"REVOKE ALL ON {name} FROM {serving}"))
        connection.execute(
            text(f"GRANT {', '.join(_rights(table.name, table.refused_of_all, table.refused))} ON {name} TO {serving}")
        )
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {serving}"))
    connection.execute(text(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {serving}"))


def _rights(table: str, refused_of_all: int, refused: int) -> list[str]:
    """A series is renamed by nobody, but counts: its trigger refuses an update of some of its columns."""
    if table in MIGRATED:
        return ["SELECT"]
    updates = [] if refused_of_all & UPDATE else ["UPDATE"]
    deletes = [] if refused & DELETE else ["DELETE"]
    return ["SELECT", "INSERT", *updates, *deletes]
