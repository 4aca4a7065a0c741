"""Programmes that were closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0021"
down_revision = "registration_0020"


def upgrade() -> None:
    op.add_column("programme", sa.Column("closed_on", sa.Date(), nullable=True))
