"""Each series is a chain, in which a document's link covers it and the one before; what is issued gets its links.

From what its rows say alone, so that it comes to the same wherever it is done. What the version before issues while
both run has none, and gets it from who issues next (`documents/chains.py`).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "billing_0016"
down_revision = "billing_0015"

WHY = "chain is never changed"
SLICE = 1_000  # documents
CHAIN = sa.table("chain", *map(sa.column, ("programme", "kind", "number", "link")))
# What a document says (documents/domain/chain.py, form 1): of its row, and of its content all that the row does not say.
OF_ALL = (
    *("programme", "number", "document_number", "agreement", "party", "instalment", "attempt", "session", "release"),
    *("amount_ore", "issued_on"),
)
OF_KIND = {"invoice": (*OF_ALL, "due_on", "kid"), "credit_note": (*OF_ALL, "because", "invoice", "reason")}
SERIES = {"invoice": "invoices", "credit_note": "credit-notes"}
NOT_TOLD = {
    *("amount_ore", "credits_invoice", "document_number", "due_on", "instalment", "issued_on", "kid", "kind", "number"),
    *("reason", "version"),
}


def upgrade() -> None:
    op.create_table(
        "chain",
        sa.Column("programme", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(11), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    for kind in OF_KIND:
        chain_all(kind)
    refuse_changes()


def chain_all(kind: str) -> None:
    connection = op.get_bind()
    dates = ("issued_on", "due_on")
    columns = [sa.column(name, sa.Date if name in dates else None) for name in (*OF_KIND[kind], "content")]
    table = sa.table(kind, *columns)
    key = table.c.programme, table.c.number
    place, before = ("", 0), None
    query = sa.select(table).order_by(*key).limit(SLICE)
    while rows := connection.execute(query.where(sa.tuple_(*key) > sa.tuple_(*place))).mappings().all():
        links = []
        for row in rows:
            before = link(before if row["programme"] == place[0] else None, kind, row)
            place = row["programme"], row["number"]
            links.append({"programme": place[0], "kind": kind, "number": place[1], "link": before})
        connection.execute(sa.insert(CHAIN), links)


def link(before: str | None, kind: str, row: sa.RowMapping) -> str:
    document = {name: row[name] for name in OF_KIND[kind]} | {"series": f"{row['programme']}/{SERIES[kind]}"}
    if row["content"] is not None:
        content = json.loads(row["content"])
        document["content"] = {name: value for name, value in content.items() if name not in NOT_TOLD}
    text = json.dumps(
        said({"document": document, "form": 1, "previous": before}),
        default=str,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def said(it: Any) -> Any:
    """Without what is null or false."""
    if not isinstance(it, dict):
        return it
    return {name: said(value) for name, value in it.items() if value is not None and value is not False}


def refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION chain_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER chain_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON chain "
            "FOR EACH STATEMENT EXECUTE FUNCTION chain_stays()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        _refuse(f"chain_refuses_{change.lower()}", f"BEFORE {change} ON chain")
    # Or SQLite's INSERT OR REPLACE would delete, which fires no trigger that refuses deleting.
    there = "EXISTS (SELECT 1 FROM chain WHERE programme = NEW.programme AND kind = NEW.kind AND number = NEW.number)"
    _refuse("chain_refuses_replace", f"BEFORE INSERT ON chain WHEN {there}")


def _refuse(trigger: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END")
