"""Programmes that were closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0015"
down_revision = "billing_0014"


def upgrade() -> None:
    op.add_column("programme", sa.Column("closed_on", sa.Date(), nullable=True))
