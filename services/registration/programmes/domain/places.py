"""How many places a programme has, and how many are taken: never more are accepted and offered than there are (R2)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Conflict

RULE = "R2"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The programme's places, and who has them.

    An agreement that ends leaves its place taken: the end may be taken back (A6), and must not find the place given away. Who
    wants to fill it raises the programme's places.
    """

    places: int | None  # none: no bound
    accepted: int
    offered: int

    @property
    def taken(self) -> int:
        return self.accepted + self.offered

    @property
    def free(self) -> int | None:
        """None where there is no bound."""
        return None if self.places is None else max(0, self.places - self.taken)


def check_hold(places: Places) -> None:
    """Raises Conflict where fewer places are to be there than are taken (R2)."""
    if places.places is not None and places.taken > places.places:
        msg = f"{places.taken} places are taken: {places.accepted} accepted and {places.offered} offered"
        raise Conflict(
            msg,
            code="places_are_taken",
            rule=RULE,
            field="places",
            values={"taken": places.taken, "accepted": places.accepted, "offered": places.offered},
        )


def check_one_is_free(places: Places, *, field: str) -> None:
    """Raises Conflict where no place is free (R2)."""
    if places.free == 0:
        msg = f"no place is free: of {places.places} {places.accepted} are accepted and {places.offered} offered"
        raise Conflict(
            msg,
            code="no_place_is_free",
            rule=RULE,
            field=field,
            values={"places": places.places, "accepted": places.accepted, "offered": places.offered},
        )
