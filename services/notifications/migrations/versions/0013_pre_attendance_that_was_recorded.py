"""Which attendance was recorded, so that it is not asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0013"
down_revision = "notifications_0012"


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("session", "party"),
    )
