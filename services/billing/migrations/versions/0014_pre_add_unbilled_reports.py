"""Add unbilled reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0014"
down_revision = "billing_0013"


def upgrade() -> None:
    op.create_table(
        "looked_for_unbilled",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "unbilled_report",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("unbilled", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("not_completed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme", "week"),
    )
