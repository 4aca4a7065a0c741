"""Recoveries under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0005"
down_revision = "kernel_0004"


def upgrade() -> None:
    op.create_table(
        "recovery",
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("began_at"),
    )
