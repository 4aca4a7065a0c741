"""A session may say its venue and city beside its place, which is then their text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0003"
down_revision = "scheduling_0002"


def upgrade() -> None:
    for name in ("venue", "city"):  # without a batch: a copied table would lose its indexes on expressions
        op.add_column("session", sa.Column(name, sa.Text))
