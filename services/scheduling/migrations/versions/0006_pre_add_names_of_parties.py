"""A party has its name, by which a list calls it; those that are known already get theirs by a rebuild."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0006"
down_revision = "scheduling_0005"


def upgrade() -> None:
    op.add_column("party", sa.Column("name", sa.Text))
