"""People are erased, with a receipt over all services."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0013"
down_revision = "registration_0012"


def upgrade() -> None:
    op.add_column("person", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "erasure",
        sa.Column("person", sa.String(36), primary_key=True),
        sa.Column("reason", sa.String(30)),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emptied", sa.JSON, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    for table in ("person_in_plan", "person_in_mails"):
        op.create_table(
            table,
            sa.Column("id", sa.String(36), primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
            sa.Column("emptied", sa.JSON, nullable=False),
            sa.Column("kept", sa.JSON, nullable=False),
        )
