"""Registration tells who was erased, and is answered what of them is kept here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0010"
down_revision = "scheduling_0009"


def upgrade() -> None:
    for table in ("erased_person", "forgotten_person"):
        op.create_table(
            table,
            sa.Column("id", sa.String(36), primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
        )
