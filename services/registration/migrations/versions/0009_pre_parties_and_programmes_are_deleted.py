"""A party or a programme that was registered by mistake is deleted; its row stays, for its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0009"
down_revision = "registration_0008"


def upgrade() -> None:
    for table in ("programme", "party"):
        op.add_column(table, sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()))
