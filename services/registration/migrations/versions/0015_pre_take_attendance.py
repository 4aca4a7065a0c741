"""Attendance at sessions: what was recorded last, its figures by day, who was there, and what was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0015"
down_revision = "registration_0014"


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["party.organisation_number"]),
        sa.ForeignKeyConstraint(["programme"], ["programme.code"]),
        sa.PrimaryKeyConstraint("session", "party"),
    )
    op.create_index("ix_attendance_programme", "attendance", ["programme"])
    op.create_table(
        "attendance_day",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("school_owner_present", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("session", "party", "day"),
    )
    op.create_table(
        "presence",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("participant", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("session", "party", "participant", "day"),
    )
    op.create_index("presence_participant", "presence", ["participant"])
    op.create_table(
        "attendance_asked_for",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=9), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stage", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session", "party", "last_day", "stage"),
    )
