"""Agreements that were carried over to another party."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0006"
down_revision = "notifications_0005"

CARRIED_OVER = sa.text("predecessor IS NOT NULL")


def upgrade() -> None:
    op.add_column("agreement", sa.Column("predecessor", sa.String(length=9), nullable=True))
    op.create_index(
        "agreement_carried_over",
        "agreement",
        ["programme"],
        sqlite_where=CARRIED_OVER,
        postgresql_where=CARRIED_OVER,
    )
