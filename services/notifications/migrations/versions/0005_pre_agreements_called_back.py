"""Agreements that were called back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0005"
down_revision = "notifications_0004"


def upgrade() -> None:
    op.add_column("agreement", sa.Column("called_back_on", sa.Date(), nullable=True))
