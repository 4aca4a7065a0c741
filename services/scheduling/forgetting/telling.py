"""What became of a person who was erased, as others hear of it."""

from __future__ import annotations

from shared.contracts.erasure import Kept, PersonInPlan


def forgotten(person: str) -> PersonInPlan:
    """Nobody is known here; whoever is named in what people write of a session is named until that is changed (N2)."""
    return PersonInPlan(version=1, id=person, emptied=(), kept=(Kept(what="texts_of_sessions", why="free_text"),))
