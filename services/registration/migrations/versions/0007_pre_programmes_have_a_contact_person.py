"""A programme has a contact person of the council."""

from __future__ import annotations

from alembic import op

revision = "registration_0007"
down_revision = "registration_0006"


def upgrade() -> None:
    # As both databases take it; Alembic would have a reference added as a constraint, which SQLite does not.
    op.execute("ALTER TABLE programme ADD COLUMN contact_person VARCHAR(36) REFERENCES person (id)")
