"""One event, as that a plan was published, may be told of to many parties: a mailing is known by its party, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0014"
down_revision = "notifications_0013"

COLUMNS = [
    "kind",
    "event_id",
    "programme",
    "party",
    "about",
    "happened_at",
    "addressed_at",
    "refused",
    "given_up_by",
]
WAITS = sa.text("addressed_at IS NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("mailing_pkey", "mailing")
        op.create_primary_key("mailing_pkey", "mailing", ["kind", "event_id", "party"])
        return
    op.drop_index("mailing_party", "mailing")
    op.drop_index("mailing_waiting", "mailing")
    op.rename_table("mailing", "old_mailing")
    op.create_table(
        "mailing",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("addressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("given_up_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("kind", "event_id", "party"),
    )
    old, new = (sa.table(name, *map(sa.column, COLUMNS)) for name in ("old_mailing", "mailing"))
    op.execute(sa.insert(new).from_select(COLUMNS, sa.select(old)))
    op.drop_table("old_mailing")
    op.create_index("mailing_party", "mailing", ["programme", "party"])
    op.create_index("mailing_waiting", "mailing", ["programme", "party"], sqlite_where=WAITS)
