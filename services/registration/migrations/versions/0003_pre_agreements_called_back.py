"""An agreement can be called back, and then another stand in its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "registration_0003"
down_revision = "registration_0002"

STANDS = sa.text("called_back_on IS NULL")


def upgrade() -> None:
    op.add_column("agreement", sa.Column("called_back_on", sa.Date(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("agreement_programme_party_key", "agreement", type_="unique")
    else:
        names = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
        with put_aside(), op.batch_alter_table("agreement", naming_convention=names) as batch_op:
            batch_op.drop_constraint("uq_agreement_programme", type_="unique")
    op.create_index(
        "uq_agreement_standing",
        "agreement",
        ["programme", "party"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


@contextmanager
def put_aside() -> Iterator[None]:
    """Keep what refers to agreements apart while they are copied: SQLite drops no table that rows refer to."""
    op.execute("CREATE TEMPORARY TABLE kept_signatory AS SELECT * FROM signatory")
    op.execute("CREATE TEMPORARY TABLE kept_concern AS SELECT * FROM concern")
    op.execute("DELETE FROM signatory")
    op.execute("DELETE FROM concern")
    yield
    op.execute("INSERT INTO signatory SELECT * FROM kept_signatory")
    op.execute("INSERT INTO concern SELECT * FROM kept_concern")
    op.execute("DROP TABLE kept_signatory")
    op.execute("DROP TABLE kept_concern")
