"""Marks move to the kernel's tables, and with them those that stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0002"
down_revision = "notifications_0001"
branch_labels = None
depends_on = None  # the kernel's branch is run first (shared/migrations)

INSTANT = sa.DateTime(timezone=True)
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")

WORK_MARK = sa.table("work_mark", *map(sa.column, ("work", "key", "part")), sa.column("left_at", INSTANT))
WORK_LOCK = sa.table("work_lock", *map(sa.column, ("work", "key")))
MAILING = sa.table("mailing_mark", *map(sa.column, ("id", "programme", "party"))).c
CALENDAR = sa.table(
    "calendar_mark", *(sa.column(name, sa.String) for name in ("programme", "party", "session")), sa.column("id")
).c
SINCE = sa.column("since", INSTANT)
LOCKED = sa.table("programme_lock", sa.column("programme")).c.programme
MAILINGS, CALENDARS = sa.literal("write mailings"), sa.literal("update calendars")
MAILINGS_OF_PARTIES = sa.literal("look at mailings of parties")
CALENDARS_OF_PARTIES = sa.literal("look at calendars of parties")
ALL = sa.literal("all")


def upgrade() -> None:
    now = sa.func.current_timestamp()
    part = sa.case(
        (CALENDAR.party.is_not(None), "party/" + CALENDAR.party),
        (CALENDAR.session.is_not(None), "session/" + CALENDAR.session),
    )
    carry_over(
        WORK_MARK,
        sa.select(MAILINGS, MAILING.programme, MAILING.party, now).where(MAILING.programme.is_not(None)),
        sa.select(MAILINGS_OF_PARTIES, ALL, MAILING.party, now).where(MAILING.programme.is_(None)),
        sa.select(CALENDARS, CALENDAR.programme, part, SINCE).where(CALENDAR.programme.is_not(None)),
        sa.select(CALENDARS_OF_PARTIES, ALL, CALENDAR.party, SINCE).where(CALENDAR.programme.is_(None)),
    )
    marked = sa.select(MAILING.programme).where(MAILING.programme.is_not(None))
    carry_over(
        WORK_LOCK,
        sa.select(CALENDARS, LOCKED),
        sa.select(MAILINGS, marked.union(sa.select(LOCKED)).subquery().c.programme),
        *(
            sa.select(work, ALL).where(sa.exists(sa.select(m.id).where(m.programme.is_(None))))
            for work, m in ((MAILINGS_OF_PARTIES, MAILING), (CALENDARS_OF_PARTIES, CALENDAR))
        ),
    )
    for table in ("programme_lock", "calendar_mark", "mailing_mark"):
        op.drop_table(table)


def downgrade() -> None:
    """Leaves standing marks where they are: who goes back puts a kept database back, and does not come this way."""
    op.create_table(
        "mailing_mark",
        sa.Column("id", COUNTED, primary_key=True, autoincrement=True),
        sa.Column("programme", sa.String(40)),
        sa.Column("party", sa.String(9)),
    )
    op.create_table(
        "calendar_mark",
        sa.Column("id", COUNTED, primary_key=True, autoincrement=True),
        sa.Column("programme", sa.String(40)),
        sa.Column("party", sa.String(9)),
        sa.Column("session", sa.String(36)),
        sa.Column("since", INSTANT, nullable=False),
    )
    op.create_index("ix_calendar_mark_programme", "calendar_mark", ["programme"])
    op.create_table("programme_lock", sa.Column("programme", sa.String(40), primary_key=True))


def carry_over(table: sa.TableClause, *rows: sa.Select[tuple[object, ...]]) -> None:
    for some in rows:
        op.execute(sa.insert(table).from_select([column.name for column in table.columns], some))
