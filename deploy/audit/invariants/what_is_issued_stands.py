"""What is issued stands as it was issued, with the files that were made of it, and each series ends in the link that was told of its last document (B8)."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence
from shared.contracts.billing import CREDIT_NOTE_ISSUED, INVOICE_ISSUED


def check(evidence: Evidence) -> Iterator[str]:
    for it in evidence.verification["findings"]:
        yield f"{it['series']} {it['number']} to {it['until']}: {it['code']}"
    for it in evidence.files["findings"]:
        yield f"{it['series']} {it['number']}.{it['format']}: {it['code']}"
    told = {
        (it["data"]["series"], it["data"]["number"]): it["data"]["link"]
        for kind in (INVOICE_ISSUED, CREDIT_NOTE_ISSUED)
        for it in evidence.happened(kind)
        if it["data"].get("link")
    }
    for it in evidence.verification["series"]:
        if told.get((it["series"], it["last"]), it["link"]) != it["link"]:
            yield f"{it['series']} ends in another link than was told of its number {it['last']}"
