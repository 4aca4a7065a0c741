"""Which development areas somebody can choose between, where one is named (R2, R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.words import in_norwegian_order

Area = Mapping[str, Any]
OF_AREAS = "/registration/development-areas"
NAMELESS = "navnet er gått tapt"


def areas_to_choose(areas: Iterable[Area], county: str | None, standing: str | None = None) -> list[tuple[str, str]]:
    """Id and name of those that are not withdrawn: the county's, or all where it has none or is not known. And what stands."""
    found = [it for it in areas if not it["withdrawn"] or it["id"] == standing]
    of_county = [it for it in found if county and it["county"] == county]
    shown = [it for it in found if it["id"] == standing or it in of_county or not of_county]
    return sorted(((it["id"], _said(it)) for it in shown), key=lambda it: in_norwegian_order(it[1]))


def _said(it: Area) -> str:
    name = it["name"] or NAMELESS
    return f"{name} ({it['county']})" if it["county"] else str(name)
