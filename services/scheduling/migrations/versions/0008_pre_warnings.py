"""What speaks against a session's days: what that is judged by, and who accepted it."""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0008"
down_revision = "scheduling_0007"


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_application_programme", "application", ["programme"])
    op.create_table(
        "party_group",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("advisor", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("programme", "party"),
    )
    op.add_column("agreement", sa.Column("ends_on", sa.Date()))
    op.create_table(
        "days_to_avoid",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("programme"),
    )
    op.create_table(
        "accepted",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("accepted_by", sa.String(length=80), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("programme", "code", "about"),
    )
    for name in ("first_day", "last_day"):
        op.add_column("session", sa.Column(name, sa.Date()))
    _say_days()


def _say_days() -> None:
    """Of sessions that stand in a plan already; the version before this leaves them out of those that it plans meanwhile."""
    columns = [sa.column("id", sa.String), sa.column("when", sa.Text)]
    columns += [sa.column(name, sa.Date) for name in ("first_day", "last_day")]
    session = sa.table("session", *columns)
    connection = op.get_bind()
    for id, when in connection.execute(sa.select(session.c.id, session.c.when)).all():
        days = json.loads(when).get("days")
        if days:
            first, last = date.fromisoformat(days["first"]), date.fromisoformat(days["last"])
            connection.execute(session.update().where(session.c.id == id).values(first_day=first, last_day=last))
