"""Registration tells who was erased: what says who they were is emptied here, and that is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0012"
down_revision = "notifications_0011"


def upgrade() -> None:
    for table in ("erased_person", "forgotten_person"):
        op.create_table(
            table,
            sa.Column("id", sa.String(36), primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
        )
    op.add_column("mail", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()))
