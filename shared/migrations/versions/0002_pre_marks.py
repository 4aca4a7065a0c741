"""Marks are the kernel's (shared/messaging/marks.py)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("work", sa.String(40), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("part", sa.String(80)),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("work_mark_key", "work_mark", ["work", "key"])
    op.create_table(
        "work_lock",
        sa.Column("work", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(80), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("work_lock")
    op.drop_table("work_mark")
