"""Which sessions were held: nobody is invited to them any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0009"
down_revision = "notifications_0008"


def upgrade() -> None:
    op.add_column("session", sa.Column("completed", sa.Boolean, nullable=False, server_default=sa.false()))
