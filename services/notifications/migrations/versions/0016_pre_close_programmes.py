"""Programmes that were closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0016"
down_revision = "notifications_0015"


def upgrade() -> None:
    op.add_column("programme", sa.Column("closed_on", sa.Date(), nullable=True))
