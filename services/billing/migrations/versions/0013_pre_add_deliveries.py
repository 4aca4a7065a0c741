"""How each document is delivered, and what is told of the mails that bring one. What was issued before was sent by mail, and has no row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0013"
down_revision = "billing_0012"


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=4), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("access_point", sa.String(length=10), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("why", sa.String(length=60), nullable=True),
        sa.Column("mail_event", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("programme", "kind", "number", name="uq_delivery_document"),
    )
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_index(
            "ix_delivery_state",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('by_mail', 'undelivered')"),
            postgresql_where=sa.text("state IN ('by_mail', 'undelivered')"),
        )
        batch_op.create_index(
            "ix_delivery_try_at",
            ["try_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'queued', 'submitted')"),
            postgresql_where=sa.text("state IN ('held', 'queued', 'submitted')"),
        )

    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("mail") as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_event_id"), ["event_id"], unique=False)

    with op.batch_alter_table("party") as batch_op:
        batch_op.add_column(sa.Column("takes_invoices_by", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("by_mail_if_refused", sa.Boolean(), nullable=True))
