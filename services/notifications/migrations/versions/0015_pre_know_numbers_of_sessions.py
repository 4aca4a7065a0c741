"""Know numbers of sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0015"
down_revision = "notifications_0014"


def upgrade() -> None:
    with op.batch_alter_table("session") as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
