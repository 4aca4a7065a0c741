"""Every credit note takes back one invoice in full, and names an event that made it wrong, unless somebody asked for it
(§ 5-2-8, GBS 1, B5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.audit.evidence import Evidence

BY_HAND = ("wrong_reference", "wrong_buyer", "mistake")  # reasons that no event gave


def check(evidence: Evidence) -> Iterator[str]:
    invoices = {it["number"]: it for it in evidence.invoices}
    events = {it["id"] for it in evidence.all_events}
    credited = Counter(it["invoice"] for it in evidence.credit_notes)
    for note in evidence.credit_notes:
        invoice = invoices.get(note["invoice"])
        if invoice is None:
            yield f"credit note {note['number']} credits invoice {note['invoice']}, which there is not"
        elif (invoice["amount_ore"], invoice["credited_by"]) != (note["amount_ore"], note["number"]):
            yield f"credit note {note['number']} and invoice {note['invoice']} do not agree"
        if credited[note["invoice"]] > 1:
            yield f"invoice {note['invoice']} is credited {credited[note['invoice']]} times"
        if note["because"] not in events and not (note["because"] is None and note["reason"] in BY_HAND):
            yield f"credit note {note['number']} names the event {note['because']}, which is in no stream"
