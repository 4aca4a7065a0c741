"""Where a party's EHF go, and what its agreement names to stand on invoices; none of those that were told of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0012"
down_revision = "billing_0011"


def upgrade() -> None:
    op.add_column("party", sa.Column("invoice_endpoint", sa.Text))
    for name in ("order_reference", "accounting_cost"):
        op.add_column("agreement", sa.Column(name, sa.Text))
