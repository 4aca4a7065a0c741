"""Registration tells of a party or a programme that it was registered by mistake, and is deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0007"
down_revision = "scheduling_0006"


def upgrade() -> None:
    for table in ("programme", "party"):
        op.add_column(table, sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()))
