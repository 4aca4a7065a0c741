"""A plan is a draft until it is published; those of programmes that were there before count as published, whatever was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0011"
down_revision = "notifications_0010"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("event_id", sa.String(length=36), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("programme"),
    )
    # Version 0, until scheduling tells of it. A session may be known whose programme is not.
    op.execute(
        "INSERT INTO plan (programme, version, revision)"
        " SELECT code, 0, 1 FROM programme UNION SELECT programme, 0, 1 FROM session"
    )
