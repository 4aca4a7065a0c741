"""An instalment of one agreement may be waived, and an invoice credited by hand, which says by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0009"
down_revision = "billing_0008"


def upgrade() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("agreement", sa.String(36), nullable=False),
        sa.Column("instalment", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_index("ix_waiver_programme", "waiver", ["programme"])
    op.create_index(
        "uq_waiver_standing",
        "waiver",
        ["agreement", "instalment"],
        unique=True,
        sqlite_where=sa.text("NOT withdrawn"),
        postgresql_where=sa.text("NOT withdrawn"),
    )
    op.add_column("credit_note", sa.Column("decided_by", sa.String(80)))
