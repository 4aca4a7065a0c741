"""What an agreement's document says is never changed once it is written: it is what is signed (R6)."""

from __future__ import annotations

from alembic import op

revision = "registration_0023"
down_revision = "registration_0022"

TABLE = "agreement_document"
WHY = "agreement_document is never changed once it is written"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {TABLE}_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_stays()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        _refuse(f"{TABLE}_refuses_{change.lower()}", f"BEFORE {change} ON {TABLE}")
    # Or SQLite's INSERT OR REPLACE would delete, which fires no trigger that refuses deleting.
    there = f"EXISTS (SELECT 1 FROM {TABLE} WHERE agreement = NEW.agreement AND fingerprint = NEW.fingerprint)"  # noqa: S608 - of names that stand above
    _refuse(f"{TABLE}_refuses_replace", f"BEFORE INSERT ON {TABLE} WHEN {there}")


def _refuse(trigger: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END")
