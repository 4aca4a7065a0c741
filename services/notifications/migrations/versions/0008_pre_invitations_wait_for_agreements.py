"""Up to which day was looked who is invited only to what is near; and who keeps an entry, and is invited to nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0008"
down_revision = "notifications_0007"


def upgrade() -> None:
    op.create_table(
        "horizon",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("until", sa.Date, nullable=False),
    )
    op.add_column("invitee", sa.Column("keeps", sa.Boolean, nullable=False, server_default=sa.false()))
