"""Beside an invoice stand the days of what made it due; those that are issued say them in their content alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0006"
down_revision = "billing_0005"


def upgrade() -> None:  # without a batch: a copied table would lose its triggers
    op.add_column("invoice", sa.Column("delivered_from", sa.Date))
    op.add_column("invoice", sa.Column("delivered_to", sa.Date))
