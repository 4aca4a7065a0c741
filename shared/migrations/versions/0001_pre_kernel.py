"""The kernel's tables (shared/messaging/tables.py) and the clock (shared/clock.py)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    outbox()
    inbox()
    parking()
    clock()


def downgrade() -> None:
    for table in ("clock", "parked_message", "attempt", "inbox", "outbox"):
        op.drop_table(table)


def outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", COUNTED, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("message_id", sa.String(80), nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
    )
    unsent = sa.text("published_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["position"], sqlite_where=unsent, postgresql_where=unsent)


def inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("handler", sa.String(80), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("handled_at", INSTANT, nullable=False),
    )


def parking() -> None:
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
    )
    op.create_table(
        "parked_message",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("type", sa.String(120)),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("parked_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.String(80)),
    )


def clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("now", INSTANT),
    )
