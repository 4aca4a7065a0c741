"""Every invoice and credit note has its event, every such event its document, and they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.audit.evidence import Evidence
from shared.contracts.billing import CREDIT_NOTE_ISSUED, INVOICE_ISSUED

SAME = ("number", "agreement", "party", "instalment", "attempt", "amount_ore", "issued_on")


def check(evidence: Evidence) -> Iterator[str]:
    for name, documents, kind in (
        ("invoice", evidence.invoices, INVOICE_ISSUED),
        ("credit_note", evidence.credit_notes, CREDIT_NOTE_ISSUED),
    ):
        events = evidence.happened(kind)
        times = Counter(it["data"]["number"] for it in events)
        rows = {it["number"]: it for it in documents}
        for number in sorted(rows.keys() | times.keys()):
            if times[number] != 1 or number not in rows:
                has = "has a row" if number in rows else "has no row"
                yield f"{name} {number} {has} and is told {times[number]} times"
        for event in events:
            row = rows.get(event["data"]["number"]) or event["data"]  # one without a row is reported above
            differs = [field for field in SAME if row[field] != event["data"][field]]
            if differs:
                yield f"{name} {row['number']} and its event differ in {', '.join(differs)}"
