"""Which migrations were run, for versions that do not know them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kernel_0004"
down_revision = "kernel_0003"


def upgrade() -> None:
    op.create_table(
        "migration",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )
