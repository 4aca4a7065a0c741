"""What cannot be worked off, and why; and whether a message that was tried could be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0007"
down_revision = "kernel_0006"


def upgrade() -> None:
    op.add_column("attempt", sa.Column("was_read", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "set_aside",
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest_mark", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("work", "key", "part"),
    )
