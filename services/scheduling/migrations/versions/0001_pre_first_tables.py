"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0001"
down_revision = None
branch_labels = ("scheduling",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
    )
    op.create_table(
        "party",
        sa.Column("organisation_number", sa.String(9), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), nullable=False, index=True),
        sa.Column("party", sa.String(9)),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("instalment", sa.Integer),
        sa.Column("when", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("meeting_link", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    stands = sa.text("state != 'cancelled'")
    op.create_index(
        "session_place_in_plan",
        "session",
        ["programme", "kind", sa.text("coalesce(number, 0)"), sa.text("coalesce(party, '')")],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    carries = sa.text("instalment IS NOT NULL")
    op.create_index(
        "session_instalment",
        "session",
        ["programme", "instalment"],
        unique=True,
        sqlite_where=carries,
        postgresql_where=carries,
    )
