"""Where a party's EHF and the mails about its invoices go, and whether it takes by mail what is refused as EHF."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0020"
down_revision = "registration_0019"


def upgrade() -> None:
    for column in (
        sa.Column("by_mail_if_refused", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("invoice_endpoint", sa.String(60)),
        sa.Column("invoice_email", sa.String(254)),
        sa.Column("invoice_email_is_lost", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("party", column)
