"""The first tables, and the triggers that keep what is issued as it was issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database import Counted

revision = "billing_0001"
down_revision = None
branch_labels = ("billing",)
depends_on = None

ISSUED = ("invoice", "credit_note")


def upgrade() -> None:
    projections()
    marks()
    releases()
    documents()
    refuse_changes()


def downgrade() -> None:
    for table in (
        "credit_note",
        "invoice",
        "series",
        "release",
        "programme_lock",
        "party_mark",
        "mark",
        "session",
        "agreement",
        "party",
        "programme",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_document")


def projections() -> None:
    op.create_table(
        "programme",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("days_to_pay", sa.Integer, nullable=False),
    )
    op.create_table(
        "party",
        sa.Column("organisation_number", sa.String(9), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("postal_code", sa.String(4), nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("language_form", sa.String(10), nullable=False),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("fee_ore", sa.BigInteger, nullable=False),
        sa.Column("payer_reference", sa.String(50), nullable=False),
        sa.Column("signed_on", sa.Date),
        sa.Column("ends_on", sa.Date),
    )
    op.create_index("ix_agreement_party", "agreement", ["party"])
    op.create_index("ix_agreement_programme_id", "agreement", ["programme", "id"])
    op.create_table(
        "session",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("instalment", sa.Integer),
        sa.Column("title", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("planned", sa.Text, nullable=False),
        sa.Column("not_before", sa.Date, nullable=False),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
    )
    op.create_index("ix_session_programme", "session", ["programme"])


def marks() -> None:
    op.create_table(
        "mark",
        sa.Column("id", Counted, primary_key=True),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("agreement", sa.String(36)),
    )
    op.create_index("ix_mark_programme", "mark", ["programme"])
    op.create_table(
        "party_mark",
        sa.Column("id", Counted, primary_key=True),
        sa.Column("party", sa.String(9), nullable=False),
    )
    op.create_table("programme_lock", sa.Column("programme", sa.String(40), primary_key=True))


def releases() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("instalment", sa.Integer, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_index(
        "uq_release_standing",
        "release",
        ["programme", "instalment", "effective_on", "reason"],
        unique=True,
        sqlite_where=sa.text("NOT withdrawn"),
        postgresql_where=sa.text("NOT withdrawn"),
    )


def documents() -> None:
    op.create_table(
        "series",
        sa.Column("ordinal", Counted, primary_key=True),
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.UniqueConstraint("id", name="uq_series_id"),
    )
    op.create_table(
        "invoice",
        sa.Column("programme", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agreement", sa.String(36), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("instalment", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("session", sa.String(36)),
        sa.Column("release", sa.String(36)),
        sa.Column("amount_ore", sa.BigInteger, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("kid", sa.String(25), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("kid", name="uq_invoice_kid"),
        sa.UniqueConstraint("agreement", "instalment", "attempt", name="uq_invoice_attempt"),
    )
    op.create_table(
        "credit_note",
        sa.Column("programme", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("invoice", sa.Integer, nullable=False),
        sa.Column("agreement", sa.String(36), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("instalment", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("session", sa.String(36)),
        sa.Column("release", sa.String(36)),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("because", sa.String(36), nullable=False),
        sa.Column("amount_ore", sa.BigInteger, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["programme", "invoice"], ["invoice.programme", "invoice.number"], name="fk_credit_note_invoice"
        ),
        sa.UniqueConstraint("programme", "invoice", name="uq_credit_note_invoice"),
    )


def refuse_changes() -> None:
    """What is issued is never changed or deleted: it is corrected by a credit note (§ 5-2-8, GBS 1)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_document() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is never changed once it is issued', TG_TABLE_NAME; END $$"
        )
        for table in ISSUED:
            op.execute(
                f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_document()"
            )
    else:
        for table in ISSUED:
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is never changed once it is issued'); END"
                )
