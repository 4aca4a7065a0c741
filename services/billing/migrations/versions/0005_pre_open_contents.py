"""Documents may lack their content, and credit notes what made them necessary: once, no event carried these."""

from __future__ import annotations

from alembic import op

revision = "billing_0005"
down_revision = "billing_0004"


def upgrade() -> None:
    open_column("invoice", "content", "TEXT")
    open_column("credit_note", "content", "TEXT")
    open_column("credit_note", "because", "VARCHAR(36)")


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
