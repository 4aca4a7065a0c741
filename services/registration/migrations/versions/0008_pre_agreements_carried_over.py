"""An agreement can be carried over to another party."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0008"
down_revision = "registration_0007"


def upgrade() -> None:
    op.add_column("agreement", sa.Column("predecessor", sa.String(length=9), nullable=True))
