"""An erasure as others hear of it: an id, which nothing that can be read points to any more (N2)."""

from __future__ import annotations

from shared.contracts import erasure as events


def erased(person: str) -> events.Person:
    return events.Person(version=1, id=person)
