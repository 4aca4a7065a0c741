"""Agreements name what else the payer wants on its invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0019"
down_revision = "registration_0018"


def upgrade() -> None:
    for name in ("order_reference", "accounting_cost"):
        op.add_column("agreement", sa.Column(name, sa.String(50)))
