"""Two people may share an e-mail address, and people are found by what is known of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0006"
down_revision = "registration_0005"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("person_scope_email_key", "person", type_="unique")
        op.add_column("person", sa.Column("sought_by", sa.Text()))
    else:
        make_anew_on_sqlite()
    op.create_index("ix_person_email", "person", ["email"])


def make_anew_on_sqlite() -> None:
    """A constraint goes with its table only. Rows of others that refer to it are checked when all of it is done."""
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE kept_person AS SELECT * FROM person")
    op.drop_table("person")
    op.create_table(
        "person",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("scope", sa.String(9), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.String(254)),
        sa.Column("phone", sa.String(30)),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("sought_by", sa.Text),
    )
    connection.exec_driver_sql(
        "INSERT INTO person (id, scope, name, email, phone, changed_by)"
        " SELECT id, scope, name, email, phone, changed_by FROM kept_person"
    )
    connection.exec_driver_sql("DROP TABLE kept_person")
