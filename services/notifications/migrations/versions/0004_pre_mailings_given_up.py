"""A mailing says why it cannot be written, and who gave it up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0004"
down_revision = "notifications_0003"


def upgrade() -> None:
    op.add_column("mailing", sa.Column("refused", sa.Text()))
    op.add_column("mailing", sa.Column("given_up_by", sa.String(80)))
