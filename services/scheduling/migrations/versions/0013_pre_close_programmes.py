"""Programmes that were closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0013"
down_revision = "scheduling_0012"


def upgrade() -> None:
    op.add_column("programme", sa.Column("closed_on", sa.Date(), nullable=True))
