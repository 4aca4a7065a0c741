"""Agreements, and which were carried over to another party."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0005"
down_revision = "scheduling_0004"

CARRIED_OVER = sa.text("predecessor IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("predecessor", sa.String(length=9), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "agreement_carried_over",
        "agreement",
        ["programme"],
        sqlite_where=CARRIED_OVER,
        postgresql_where=CARRIED_OVER,
    )
