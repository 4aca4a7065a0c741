"""Marks move to the kernel's tables, and with them those that stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0002"
down_revision = "billing_0001"
branch_labels = None
depends_on = None  # the kernel's branch is run first (shared/migrations)

INSTANT = sa.DateTime(timezone=True)
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")

WORK_MARK = sa.table("work_mark", *map(sa.column, ("work", "key", "part")), sa.column("left_at", INSTANT))
WORK_LOCK = sa.table("work_lock", *map(sa.column, ("work", "key")))
MARK = sa.table("mark", *map(sa.column, ("id", "programme", "agreement")))
PARTY_MARK = sa.table("party_mark", *map(sa.column, ("id", "party")))
PROGRAMME_LOCK = sa.table("programme_lock", sa.column("programme"))
ISSUE, PARTIES, ALL = sa.literal("issue what is due"), sa.literal("look at parties"), sa.literal("all")


def upgrade() -> None:
    now = sa.func.current_timestamp()
    carry_over(
        WORK_MARK,
        sa.select(ISSUE, MARK.c.programme, MARK.c.agreement, now).order_by(MARK.c.id),
        sa.select(PARTIES, ALL, PARTY_MARK.c.party, now).order_by(PARTY_MARK.c.id),
    )
    carry_over(
        WORK_LOCK,
        sa.select(ISSUE, PROGRAMME_LOCK.c.programme),
        sa.select(PARTIES, ALL).where(sa.exists(sa.select(PARTY_MARK.c.id))),
    )
    for table in ("programme_lock", "party_mark", "mark"):
        op.drop_table(table)


def downgrade() -> None:
    """Leaves standing marks where they are: who goes back puts a kept database back, and does not come this way."""
    op.create_table(
        "mark",
        sa.Column("id", COUNTED, primary_key=True),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("agreement", sa.String(36)),
    )
    op.create_index("ix_mark_programme", "mark", ["programme"])
    op.create_table(
        "party_mark", sa.Column("id", COUNTED, primary_key=True), sa.Column("party", sa.String(9), nullable=False)
    )
    op.create_table("programme_lock", sa.Column("programme", sa.String(40), primary_key=True))


def carry_over(table: sa.TableClause, *rows: sa.Select[tuple[object, ...]]) -> None:
    for some in rows:
        op.execute(sa.insert(table).from_select([column.name for column in table.columns], some))
