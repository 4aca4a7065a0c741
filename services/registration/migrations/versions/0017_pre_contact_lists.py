"""Contact lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0017"
down_revision = "registration_0016"


def upgrade() -> None:
    op.create_table(
        "contact_list_stage",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("programme", "stage"),
    )
    op.create_table(
        "contact_list",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exchanged_on", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("asked_before", sa.Integer(), nullable=True),
        sa.Column("group_version", sa.Integer(), nullable=False),
        sa.Column("programme_version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.organisation_number"],
        ),
        sa.ForeignKeyConstraint(
            ["programme"],
            ["programme.code"],
        ),
        sa.PrimaryKeyConstraint("programme", "party"),
    )
