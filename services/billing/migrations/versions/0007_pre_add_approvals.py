"""Documents that nobody asked for wait for an approval where they are many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0007"
down_revision = "billing_0006"


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("documents", sa.Integer, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("approved_by", sa.String(80)),
    )
    op.create_index("ix_approval_programme", "approval", ["programme"])
    op.create_table(
        "held",
        sa.Column("agreement", sa.String(36), primary_key=True),
        sa.Column("instalment", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("approval", sa.String(36), sa.ForeignKey("approval.id", name="fk_held_approval"), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("invoice", sa.Integer),
        sa.Column("reason", sa.String(30)),
        sa.Column("amount_ore", sa.BigInteger),
        sa.Column("delivery", sa.String(36)),
        sa.Column("delivered_from", sa.Date),
        sa.Column("delivered_to", sa.Date),
    )
    op.create_index("ix_held_approval", "held", ["approval"])
