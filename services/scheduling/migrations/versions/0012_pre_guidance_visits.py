"""Which guidance visits were told of as not booked, and the minutes of those that were held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0012"
down_revision = "scheduling_0011"


def upgrade() -> None:
    op.create_table(
        "unbooked_visit",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("window_first", sa.Date(), nullable=False),
        sa.Column("window_last", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("programme", "party", "number"),
    )
    op.create_table(
        "looked_for_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "minutes",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
