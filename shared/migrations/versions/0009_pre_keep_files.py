"""Files that were made are kept as they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0009"
down_revision = "kernel_0008"

WHY = "kept_file is never changed once it is made"


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION kept_file_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER kept_file_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_file "
            "FOR EACH STATEMENT EXECUTE FUNCTION kept_file_stays()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        _refuse(f"kept_file_refuses_{change.lower()}", f"BEFORE {change} ON kept_file")
    # Or SQLite's INSERT OR REPLACE would delete, which fires no trigger that refuses deleting.
    there = "EXISTS (SELECT 1 FROM kept_file WHERE name = NEW.name)"
    _refuse("kept_file_refuses_replace", f"BEFORE INSERT ON kept_file WHEN {there}")


def _refuse(trigger: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END")
