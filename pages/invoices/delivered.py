"""How a document reached its payer, or did not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pages.frame.needs import why_not_delivered

STATES = {
    "held": "Venter en stund før den går ut. Krediteres den imens, går den ikke ut.",
    "queued": "Venter på å bli sendt som EHF.",
    "submitted": "Gitt til aksesspunktet som EHF. Det har ikke svart ferdig ennå.",
    "by_mail": "Går på e-post.",
    "undelivered": "Ikke levert.",
    "recalled": "Kreditert før den gikk ut, og derfor aldri sendt.",
}
DELIVERED = {"ehf": "Levert som EHF.", "mail": "Levert på e-post."}
FAKE = "Aksesspunktet er et prøveaksesspunkt: det leverer ingenting."


@dataclass(frozen=True, kw_only=True)
class Delivered:
    id: str
    lines: list[str]
    can_be_tried: bool  # or sent by mail instead


def delivered(deliveries: Iterable[Mapping[str, Any]], kind: str, number: int) -> Delivered | None:
    """Of one document; None where it was issued before that was kept."""
    it = next((it for it in deliveries if (it["kind"], it["number"]) == (kind, number)), None)
    if it is None:
        return None
    state = it["state"]
    lines = [DELIVERED.get(it["channel"], "Levert.") if state == "delivered" else STATES.get(state, state)]
    if it["why"]:
        lines.append(why_not_delivered(it))
    if it["receipt"]:
        lines.append(f"Kvittering: {it['receipt']}.")
    if it["access_point"] == "fake":
        lines.append(FAKE)
    is_open = state in ("queued", "submitted", "undelivered") and not it["is_credited"]
    return Delivered(id=it["id"], lines=lines, can_be_tried=is_open)
