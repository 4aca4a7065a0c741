"""No document is replaced, and no series' counter says anything but what was issued (§ 5-1-3, B8).

SQLite's `INSERT OR REPLACE` deletes without firing a trigger that refuses deleting, so what exists already is refused before
it is inserted. A counter is checked on PostgreSQL when the transaction ends, since it is raised before its documents are
inserted. SQLite cannot wait for that: there it never falls below what is issued, and what lies above is seen by who
takes the next number (`documents/repository.py`).
"""

from __future__ import annotations

from alembic import op

revision = "billing_0004"
down_revision = "billing_0003"
branch_labels = None
depends_on = None

KEYS = {
    "invoice": (("programme", "number"), ("agreement", "instalment", "attempt"), ("kid",), ("document_number",)),
    "credit_note": (("programme", "number"), ("programme", "invoice"), ("document_number",)),
    "series": (("ordinal",), ("id",)),
}
WHY = {
    "invoice": "invoice is never changed once it is issued",
    "credit_note": "credit_note is never changed once it is issued",
    "series": "series is never replaced, deleted or renamed",
}
KINDS = {"/invoices": "invoice", "/credit-notes": "credit_note"}  # how the id of a series ends, and what it counts


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        on_postgresql()
    else:
        on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for what in ("stays", "counts_what_is_issued"):
            op.execute(f"DROP TRIGGER series_{what} ON series")
            op.execute(f"DROP FUNCTION series_{what}")
    else:
        for name in (*(f"{table}_refuses_replace" for table in KEYS), "series_refuses_delete", "series_refuses_update"):
            op.execute(f"DROP TRIGGER {name}")


def on_sqlite() -> None:
    for table, keys in KEYS.items():
        there = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})"  # noqa: S608 - of names that stand above
            for key in keys
        )
        _refuse(f"{table}_refuses_replace", f"BEFORE INSERT ON {table} WHEN {there}", WHY[table])
    _refuse("series_refuses_delete", "BEFORE DELETE ON series", WHY["series"])
    wrong = f"NEW.ordinal IS NOT OLD.ordinal OR NEW.id IS NOT OLD.id OR NEW.last_number < {_issued('NEW.id')}"
    _refuse(
        "series_refuses_update",
        f"BEFORE UPDATE ON series WHEN {wrong}",
        "series is never renamed and counts what is issued",
    )


def _refuse(trigger: str, when: str, why: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def _same(key: tuple[str, ...]) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key)


def on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION series_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY['series']}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER series_stays BEFORE UPDATE OF ordinal, id OR DELETE OR TRUNCATE ON series "
        "FOR EACH STATEMENT EXECUTE FUNCTION series_stays()"
    )
    # The counter is read anew: the transaction may have raised it again since.
    op.execute(
        "CREATE FUNCTION series_counts_what_is_issued() RETURNS trigger LANGUAGE plpgsql AS $$ "  # noqa: S608 - as above
        "DECLARE counted integer := (SELECT last_number FROM series WHERE ordinal = NEW.ordinal); "
        f"issued integer := {_issued('NEW.id')}; "
        "BEGIN IF counted <> issued THEN "
        "RAISE EXCEPTION 'series % counts %, and its last document is number %', NEW.id, counted, issued; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER series_counts_what_is_issued AFTER INSERT OR UPDATE ON series "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION series_counts_what_is_issued()"
    )


def _issued(series: str) -> str:
    """The greatest number that is issued in a series, 0 where there is none."""
    last = "SELECT max(number) FROM {} WHERE programme = substr({}, 1, length({}) - {})"
    numbers = [
        f"WHEN {series} LIKE '%{ending}' THEN ({last.format(table, series, series, len(ending))})"
        for ending, table in KINDS.items()
    ]
    return f"coalesce(CASE {' '.join(numbers)} END, 0)"
