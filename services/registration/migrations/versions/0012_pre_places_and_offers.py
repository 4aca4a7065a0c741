"""A programme has places, its waiting list an order, and an application its offers (R2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0012"
down_revision = "registration_0011"


def upgrade() -> None:
    op.add_column("programme", sa.Column("places", sa.Integer))
    op.add_column("application", sa.Column("waiting_list_place", sa.Integer))
    op.add_column("application", sa.Column("out_of_queue", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("application", sa.Column("offered_until", sa.Date))
    op.create_table(
        "offer",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("application", sa.String(36), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("offered_on", sa.Date, nullable=False),
        sa.Column("answer_by", sa.Date, nullable=False),
        sa.Column("place", sa.Integer),
        sa.Column("in_spite_of_criteria", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("outcome", sa.String(10)),
        sa.Column("ended_on", sa.Date),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_index("ix_offer_application", "offer", ["application"])
