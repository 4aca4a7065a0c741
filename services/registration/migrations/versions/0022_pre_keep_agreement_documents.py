"""Keep agreement documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0022"
down_revision = "registration_0021"


def upgrade() -> None:
    op.create_table(
        "agreement_document",
        sa.Column("agreement", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("found_again", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.id"],
        ),
        sa.PrimaryKeyConstraint("agreement", "fingerprint"),
    )
    op.create_table(
        "named_in_document",
        sa.Column("agreement", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("agreement", "fingerprint", "person"),
    )
    with op.batch_alter_table("named_in_document") as batch_op:
        batch_op.create_index(batch_op.f("ix_named_in_document_person"), ["person"], unique=False)

    with op.batch_alter_table("agreement") as batch_op:
        batch_op.add_column(sa.Column("fingerprint", sa.String(length=64), nullable=True))

    with op.batch_alter_table("signatory") as batch_op:
        batch_op.add_column(sa.Column("fingerprint", sa.String(length=64), nullable=True))
