"""Every invoice and every credit note has a delivery, and whoever is to hear of it by mail has one, or is seen waiting for it (N1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from deploy.audit.evidence import Evidence, Row
from shared.contracts.billing import (
    CREDIT_NOTE_ISSUED,
    DOCUMENT_DELIVERED,
    DOCUMENT_HANDED_TO_MAIL,
    INVOICE_ISSUED,
)
from shared.contracts.envelope import EventType

ISSUED: dict[str, EventType[Any]] = {"invoice": INVOICE_ISSUED, "credit_note": CREDIT_NOTE_ISSUED}


def check(evidence: Evidence) -> Iterator[str]:
    delivered = {(it["kind"], it["number"]) for it in evidence.deliveries}
    mailed = {(it["kind"], it["event"]) for it in evidence.mails}
    # What waits names its kind and party and no event, so each accounts for one document of that kind and party.
    waiting = Counter((it["what"], it["party"]) for it in evidence.waiting if it["why"] != "sending")
    for mail, event in _to_be_mailed(evidence):
        if (mail, event["id"]) in mailed:
            continue
        waiting[mail, event["data"]["party"]] -= 1
        if waiting[mail, event["data"]["party"]] < 0:
            yield f"{mail} {event['data']['number']} has no mail and waits for none"
    for kind, issued in ISSUED.items():
        for event in evidence.happened(issued):
            it = event["data"]
            if it.get("delivery_is_told") and (kind, it["number"]) not in delivered:
                yield f"{kind} {it['number']} has no delivery"


def _to_be_mailed(evidence: Evidence) -> Iterator[tuple[str, Row]]:
    """Kinds of mail, each with the event that it is about. What was issued before deliveries were told is mailed by that alone."""
    for kind, issued in ISSUED.items():
        yield from ((kind, it) for it in evidence.happened(issued) if not it["data"].get("delivery_is_told"))
    yield from ((it["data"]["kind"], it) for it in evidence.happened(DOCUMENT_HANDED_TO_MAIL))
    for it in evidence.happened(DOCUMENT_DELIVERED):
        if it["data"]["channel"] == "ehf":
            yield f"{it['data']['kind']}_copy", it
