"""Reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0010"
down_revision = "notifications_0009"


def upgrade() -> None:
    with op.batch_alter_table("horizon") as batch_op:
        batch_op.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))

    with op.batch_alter_table("mail") as batch_op:
        batch_op.add_column(sa.Column("lead_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_day", sa.Date(), nullable=True))
        batch_op.create_index(
            "one_reminder_a_day_and_lead",
            ["session", "person", "first_day", "lead_days"],
            unique=True,
            sqlite_where=sa.text("repeats IS NULL"),
            postgresql_where=sa.text("repeats IS NULL"),
        )
