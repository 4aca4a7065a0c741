"""Agreements that were called back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0011"
down_revision = "billing_0010"


def upgrade() -> None:
    op.add_column("agreement", sa.Column("called_back_on", sa.Date(), nullable=True))
