"""Who took part in a group, coordinated or advised it, from when until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0005"
down_revision = "registration_0004"


def upgrade() -> None:
    op.create_table(
        "tenure",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("who", sa.String(36), nullable=False),
        sa.Column("from_on", sa.Date),
        sa.Column("until_on", sa.Date),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_index("tenure_group", "tenure", ["programme", "party"])
    op.create_index("tenure_who", "tenure", ["who"])
