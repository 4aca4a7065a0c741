"""What became of a person who was erased, as others hear of it (N2)."""

from __future__ import annotations

from shared.contracts.erasure import Kept, PersonInPlan


def forgotten(person: str) -> PersonInPlan:
    """Nobody is known here; whoever is named in what people write is named until that is changed."""
    kept = [Kept(what=it, why="free_text") for it in ("texts_of_sessions", "minutes_of_visits", "reasons_in_plan")]
    return PersonInPlan(version=1, id=person, emptied=(), kept=tuple(kept))
