"""What of the municipalities' obligations is not met, over a programme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.words import in_norwegian_order

Row = Mapping[str, Any]


def by_party(findings: Iterable[Row]) -> list[tuple[Row, list[Row]]]:
    """Those with any, by name, each with what was found, the first ones first."""
    found: dict[str, list[Row]] = defaultdict(list)
    for it in findings:
        found[it["party"]].append(it)
    rows = [(those[0], sorted(those, key=lambda it: it["since"] or "")) for those in found.values()]
    return sorted(rows, key=lambda row: in_norwegian_order(row[0]["party_name"]))
