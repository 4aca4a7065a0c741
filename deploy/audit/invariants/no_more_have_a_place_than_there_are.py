"""Never more are accepted and offered than a programme has places, and who is in the queue has a place of its own (R2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.audit.evidence import Evidence

HOLD_A_PLACE = ("accepted", "offered")


def check(evidence: Evidence) -> Iterator[str]:
    taken = sum(it["state"] in HOLD_A_PLACE for it in evidence.applications)
    for programme in evidence.programmes:
        places = programme.get("places")  # a version before this one knows none
        if places is not None and taken > places:
            yield f"{taken} are accepted or offered, and there are {places} places"
    told = Counter(place for it in evidence.applications if (place := it.get("waiting_list_place")) is not None)
    yield from (f"{count} have place {place} on the waiting list" for place, count in told.items() if count > 1)
