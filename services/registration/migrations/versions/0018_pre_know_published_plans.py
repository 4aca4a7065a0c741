"""Know published plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0018"
down_revision = "registration_0017"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme"),
    )
