"""What leaves the house when an agreement ends or an instalment is waived: it is seen before it is done (B5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pages.frame.api import AWAY, Api, Away, Missing, Refused, segment

SEEN = "sett"  # the hidden field that says what was shown beside the button that was pressed
NOTHING_TO_SEE = "uvisst"


@dataclass(frozen=True)
class Foreseen:
    preview: Any  # billing's answer; AWAY where it does not give one
    seen: str  # another for each change, and for other figures


async def foresee(api: Api, programme: str, change: Mapping[str, str]) -> Foreseen | None:
    """None where nothing would be sent, or the change is none that billing can look at: then the change itself says so."""
    try:
        preview = await api.get(f"/billing/programmes/{segment(programme)}/preview", **change)
    except Away:
        # A waiver is billing's own: the request for it says that billing is away, and keeps what was typed.
        return None if "waived" in change else Foreseen(AWAY, NOTHING_TO_SEE)
    except (Missing, Refused):
        return None
    documents = preview["waits"]["documents"]
    if not (preview["invoices"] or preview["credit_notes"] or documents):
        return None
    figures = (preview[name] for name in ("invoices", "credit_notes", "total_ore"))
    return Foreseen(preview, " ".join(map(str, (*change.values(), *figures, documents))))
