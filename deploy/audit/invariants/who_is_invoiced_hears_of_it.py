"""Every invoice and every credit note has a mail, or is seen waiting for one (N1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.audit.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    mailed = {(it["kind"], it["event"]) for it in evidence.mails}
    waiting = Counter((it["what"], it["party"]) for it in evidence.waiting if it["why"] != "sending")
    for kind, name in (("invoice", "invoice.issued"), ("credit_note", "credit_note.issued")):
        for event in evidence.happened(name):
            if (kind, event["id"]) in mailed:
                continue
            waiting[kind, event["data"]["party"]] -= 1
            if waiting[kind, event["data"]["party"]] < 0:
                yield f"{kind} {event['data']['number']} has no mail and waits for none"
