"""What a mail said is kept as it was sent, and can be sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "notifications_0007"
down_revision = "notifications_0006"

ONE = "one_mail_a_mailing_and_person"


def upgrade() -> None:
    op.create_table(
        "sent_message",
        sa.Column("mail", sa.String(36), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.add_column("mail", sa.Column("repeats", sa.String(36)))
    loosen()
    is_first = sa.text("repeats IS NULL")
    op.create_index(
        ONE, "mail", ["kind", "event_id", "person"], unique=True, sqlite_where=is_first, postgresql_where=is_first
    )
    op.create_index("mail_repeats", "mail", ["repeats"])
    op.create_index("mailing_party", "mailing", ["programme", "party"])


def loosen() -> None:
    """Take the constraint away. A table that is copied on SQLite loses an index that has a condition."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(ONE, "mail", type_="unique")
        return
    op.drop_index("mail_queued", "mail")
    with op.batch_alter_table("mail", recreate="always") as copy:
        copy.drop_constraint(ONE, type_="unique")
    op.create_index("mail_queued", "mail", ["try_at"], sqlite_where=sa.text("state = 'queued'"))
