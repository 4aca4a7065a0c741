"""An agreement says on which day it was sent, so that one is seen that nobody signs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "registration_0010"
down_revision = "registration_0009"


def upgrade() -> None:
    op.add_column("agreement", sa.Column("sent_on", sa.Date))
