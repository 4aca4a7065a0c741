"""An application says why it was withdrawn, and an assessment why a party is accepted in spite of a criterion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0004"
down_revision = "registration_0003"


def upgrade() -> None:
    op.add_column("application", sa.Column("withdrawal_reason", sa.Text))
    op.add_column(
        "assessment", sa.Column("in_spite_of_criteria", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("assessment", sa.Column("reason", sa.Text))
