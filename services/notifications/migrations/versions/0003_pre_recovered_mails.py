"""A mail that is recovered may lack its recipient, and has the fingerprint of what it said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0003"
down_revision = "notifications_0002"


def upgrade() -> None:
    open_column("mail", "person", "VARCHAR(36)")
    op.add_column("mail", sa.Column("fingerprint", sa.String(64)))


def open_column(table: str, column: str, kind: str) -> None:
    """Take away its NOT NULL; on SQLite as its documentation (ALTER TABLE, 7) does it, since a copy loses indexes."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.alter_column(table, column, nullable=True)
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?)",
        (f"\t{column} {kind} NOT NULL", f"\t{column} {kind}", table, f"\t{column} {kind} NOT NULL"),
    )
    assert changed.rowcount == 1  # or the table is not as the migrations before have made it
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
