"""Documents are called by a number of the seller's own; those that are issued have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0003"
down_revision = "billing_0002"
branch_labels = None
depends_on = None

ISSUED = ("invoice", "credit_note")


def upgrade() -> None:
    for table in ISSUED:  # without a batch: a copied table would lose its triggers
        op.add_column(table, sa.Column("document_number", sa.Text))
        op.create_index(f"uq_{table}_document_number", table, ["document_number"], unique=True)


def downgrade() -> None:
    for table in ISSUED:
        op.drop_index(f"uq_{table}_document_number", table)
        op.drop_column(table, "document_number")
