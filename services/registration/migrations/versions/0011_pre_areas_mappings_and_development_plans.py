"""What county branches have adopted, who answers for what where, and development plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0011"
down_revision = "registration_0010"


def upgrade() -> None:
    op.create_table(
        "development_area",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("county_branch", sa.String(9), sa.ForeignKey("party.organisation_number")),
        sa.Column("name", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_index("ix_development_area_county_branch", "development_area", ["county_branch"])
    # As both databases take it; Alembic would have a reference added as a constraint, which SQLite does not.
    op.execute("ALTER TABLE application ADD COLUMN development_area VARCHAR(36) REFERENCES development_area (id)")
    op.create_table(
        "mapping",
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), primary_key=True),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("actors", sa.JSON),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "development_plan",
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), primary_key=True),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("has_focus", sa.Boolean, nullable=False),
        sa.Column("focus", sa.Text),
        sa.Column("development_area", sa.String(36), sa.ForeignKey("development_area.id")),
        sa.Column("states", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
