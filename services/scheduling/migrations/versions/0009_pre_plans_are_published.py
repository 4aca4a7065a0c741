"""A plan is a draft until it is published; those of programmes that were there before count as published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0009"
down_revision = "scheduling_0008"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("programme"),
    )
    op.create_table(
        "plan_revision",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("programme", "number"),
    )
    # The service tells of them once it runs.
    op.execute("INSERT INTO plan (programme, version, revision) SELECT code, 0, 1 FROM programme WHERE NOT deleted")
