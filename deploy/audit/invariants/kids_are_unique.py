"""No two invoices have the same KID, by which payments are matched with them, and every check digit is right (B8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stdnum import luhn

from deploy.audit.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    for kid, times in Counter(it["kid"] for it in evidence.invoices).items():
        if times > 1:
            yield f"the KID {kid} is on {times} invoices"
        if not luhn.is_valid(kid):
            yield f"the KID {kid} does not check"
