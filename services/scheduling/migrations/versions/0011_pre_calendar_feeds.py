"""Calendar feeds: which have another address, and when a session was changed last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0011"
down_revision = "scheduling_0010"


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("of", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("renewed_by", sa.String(length=80), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "of"),
    )
    op.create_index(op.f("ix_party_group_advisor"), "party_group", ["advisor"])
    op.add_column("session", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
