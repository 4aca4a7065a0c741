"""The numbers of each series run 1…n (bokføringsforskriften § 5-1-3)."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    for name, documents in (("invoices", evidence.invoices), ("credit notes", evidence.credit_notes)):
        numbers = sorted(it["number"] for it in documents)
        if numbers != list(range(1, len(numbers) + 1)):
            missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
            yield f"{name}: {len(numbers)} documents, the last has number {numbers[-1]}, missing {missing[:10]}"
