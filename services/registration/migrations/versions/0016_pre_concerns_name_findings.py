"""A concern names findings, by their codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0016"
down_revision = "registration_0015"


def upgrade() -> None:
    op.add_column("concern", sa.Column("findings", sa.JSON(none_as_null=True)))
