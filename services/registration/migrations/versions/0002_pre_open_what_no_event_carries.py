"""People may lack name and address, applications what they say, concerns their words: no event carries these."""

from __future__ import annotations

from alembic import op

revision = "registration_0002"
down_revision = "registration_0001"


def upgrade() -> None:
    open_column("person", "name", "TEXT")
    open_column("person", "email", "VARCHAR(254)")
    open_column("application", "answers", "JSON")
    open_column("application", "payer_reference", "VARCHAR(50)")
    open_column("concern", "description", "TEXT")


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
