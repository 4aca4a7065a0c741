"""Releases say where, and lie within their programme's period; sessions say venue and city apart from their place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0008"
down_revision = "billing_0005"


def upgrade() -> None:
    for name in ("period_start", "period_end"):
        op.add_column("programme", sa.Column(name, sa.Date))
    for table in ("session", "release"):
        for name in ("venue", "city"):
            op.add_column(table, sa.Column(name, sa.Text))
