"""No agreement is ever asked for more than its fee, and three instalments are the fee to the øre (B1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from deploy.audit.evidence import Evidence

ALL = 3  # instalments


def check(evidence: Evidence) -> Iterator[str]:
    standing: dict[str, dict[int, int]] = defaultdict(dict)
    for invoice in evidence.invoices:
        if invoice["credited_by"] is None:
            if invoice["instalment"] in standing[invoice["agreement"]]:
                yield f"agreement {invoice['agreement']} has two invoices of instalment {invoice['instalment']}"
            standing[invoice["agreement"]][invoice["instalment"]] = invoice["amount_ore"]
    fees = {it["id"]: it["fee_ore"] for it in evidence.agreements}
    for agreement, amounts in standing.items():
        asked, fee = sum(amounts.values()), fees.get(agreement, 0)
        if asked > fee or (len(amounts) == ALL and asked != fee):
            yield f"agreement {agreement} is asked for {asked} øre in {len(amounts)} instalments of a fee of {fee} øre"
