"""Every invoice and every credit note has a mail, or is seen waiting for one (N1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.audit.evidence import Evidence
from shared.contracts.billing import CREDIT_NOTE_ISSUED, INVOICE_ISSUED


def check(evidence: Evidence) -> Iterator[str]:
    mailed = {(it["kind"], it["event"]) for it in evidence.mails}
    # What waits names its kind and party and no event, so each accounts for one document of that kind and party.
    waiting = Counter((it["what"], it["party"]) for it in evidence.waiting if it["why"] != "sending")
    for mail, kind in (("invoice", INVOICE_ISSUED), ("credit_note", CREDIT_NOTE_ISSUED)):
        for event in evidence.happened(kind):
            if (mail, event["id"]) in mailed:
                continue
            waiting[mail, event["data"]["party"]] -= 1
            if waiting[mail, event["data"]["party"]] < 0:
                yield f"{mail} {event['data']['number']} has no mail and waits for none"
