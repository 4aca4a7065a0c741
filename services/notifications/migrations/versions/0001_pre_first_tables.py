"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database import Counted, Instant

revision = "notifications_0001"
down_revision = None
branch_labels = ("notifications",)
depends_on = None


def upgrade() -> None:
    projections()
    answers()
    mailings()
    marks()
    mails()


def downgrade() -> None:
    for table in (
        "mail",
        "programme_lock",
        "calendar_mark",
        "mailing_mark",
        "mailing",
        "session_details",
        "invitee",
        "session",
        "agreement",
        "application",
        "party",
        "programme",
    ):
        op.drop_table(table)


def projections() -> None:
    op.create_table(
        "programme",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "party",
        sa.Column("organisation_number", sa.String(9), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("official_name", sa.Text, nullable=False),
        sa.Column("language_form", sa.String(10), nullable=False),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", Instant, nullable=False),
    )
    op.create_index("ix_application_party", "application", ["party"])
    op.create_index("application_programme_party", "application", ["programme", "party"])
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("ends_on", sa.Date),
    )
    op.create_index("agreement_programme_party", "agreement", ["programme", "party"])
    op.create_table(
        "session",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9)),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
        sa.Column("starts_at", sa.String(5)),
        sa.Column("ends_at", sa.String(5)),
        sa.Column("duration_minutes", sa.Integer),
        sa.Column("cancelled", sa.Boolean, nullable=False),
    )
    op.create_index("session_programme_party", "session", ["programme", "party"])


def answers() -> None:
    op.create_table(
        "invitee",
        sa.Column("programme", sa.String(40), primary_key=True),
        sa.Column("party", sa.String(9), primary_key=True),
        sa.Column("person", sa.String(36), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
    )
    op.create_index("invitee_person", "invitee", ["person", "programme"])
    op.create_table(
        "session_details",
        sa.Column("session", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("meeting_link", sa.Text),
    )


def mailings() -> None:
    op.create_table(
        "mailing",
        sa.Column("kind", sa.String(30), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("happened_at", Instant, nullable=False),
        sa.Column("addressed_at", Instant),
    )
    waits = sa.text("addressed_at IS NULL")
    op.create_index("mailing_waiting", "mailing", ["programme", "party"], sqlite_where=waits, postgresql_where=waits)


def marks() -> None:
    op.create_table(
        "mailing_mark",
        sa.Column("id", Counted, primary_key=True, autoincrement=True),
        sa.Column("programme", sa.String(40)),
        sa.Column("party", sa.String(9)),
    )
    op.create_table(
        "calendar_mark",
        sa.Column("id", Counted, primary_key=True, autoincrement=True),
        sa.Column("programme", sa.String(40)),
        sa.Column("party", sa.String(9)),
        sa.Column("session", sa.String(36)),
        sa.Column("since", Instant, nullable=False),
    )
    op.create_index("ix_calendar_mark_programme", "calendar_mark", ["programme"])
    op.create_table("programme_lock", sa.Column("programme", sa.String(40), primary_key=True))


def mails() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("party", sa.String(9), nullable=False),
        sa.Column("event_id", sa.String(36)),
        sa.Column("session", sa.String(36)),
        sa.Column("sequence", sa.Integer),
        sa.Column("person", sa.String(36), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("sent_at", Instant),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("put_off_at", Instant),
        sa.Column("try_at", Instant, nullable=False),
        sa.Column("leased_until", Instant),
        sa.Column("reply", sa.Integer),
        sa.Column("changed_by", sa.String(80)),
        sa.UniqueConstraint("kind", "event_id", "person", name="one_mail_a_mailing_and_person"),
        sa.UniqueConstraint("session", "person", "sequence", name="one_mail_a_sequence"),
    )
    op.create_index("mail_programme", "mail", ["programme", "id"])
    op.create_index("mail_person", "mail", ["person", "session"])
    queued = sa.text("state = 'queued'")
    op.create_index("mail_queued", "mail", ["try_at"], sqlite_where=queued, postgresql_where=queued)
