"""A cancelled session keeps which instalment it carried, for the cancellation may be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0004"
down_revision = "scheduling_0003"


def upgrade() -> None:
    # Without a batch: a copied table would lose its indexes on expressions.
    op.add_column("session", sa.Column("freed_instalment", sa.Integer))
