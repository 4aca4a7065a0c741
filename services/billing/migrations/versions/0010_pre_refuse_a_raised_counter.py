"""No series' counter is raised by hand on SQLite: it says what was issued, and documents are there before they are counted.

PostgreSQL checks it when a transaction ends (0004), so that there both orders will do. 0.2.0, which counts first, does not start
on the SQLite file of a newer version.
"""

from __future__ import annotations

from alembic import op

revision = "billing_0010"
down_revision = "billing_0009"

KINDS = {"/invoices": "invoice", "/credit-notes": "credit_note"}  # how the id of a series ends, and what it counts
WHEN = {"series_refuses_raise": "UPDATE", "series_refuses_insert": "INSERT"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    last = "SELECT max(number) FROM {} WHERE programme = substr(NEW.id, 1, length(NEW.id) - {})"
    numbers = [f"WHEN NEW.id LIKE '%{end}' THEN ({last.format(table, len(end))})" for end, table in KINDS.items()]
    issued = f"coalesce(CASE {' '.join(numbers)} END, 0)"
    for trigger, change in WHEN.items():
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {change} ON series WHEN NEW.last_number > {issued} "
            "BEGIN SELECT RAISE(ABORT, 'series counts what is issued, and no more'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in WHEN:
            op.execute(f"DROP TRIGGER {trigger}")
