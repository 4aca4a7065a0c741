"""Which local actors have which responsibility for children's upbringing, by field of society (R4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from shared.errors import RuleBroken

RULE = "R4"
MOST_ACTORS = 100
Field = Literal["culture", "education", "health", "upbringing", "volunteering", "church", "business", "other"]
FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """An organisation or an office, and no person."""

    name: str
    field: Field
    responsibility: str


@dataclass(frozen=True, kw_only=True)
class Mapping:
    programme: str
    party: str  # organisation number
    version: int  # 0 before the first event about it
    fields: Mapped[Field, int]  # how many actors in each that has any
    actors: tuple[Actor, ...] | None = ()  # as they were listed; none: lost, and to be said anew
    recorded_on: date | None = None  # a day in Norway; none before the first

    @property
    def size(self) -> int:
        """How many actors it has."""
        return sum(self.fields.values())


def recorded(mapping: Mapping, actors: Sequence[Actor], today: date) -> Mapping:
    """The mapping with these actors in the place of those before. Raises RuleBroken where one stands twice."""
    check_each_stands_once(actors)
    if tuple(actors) == mapping.actors:
        return mapping
    counted = Counter(it.field for it in actors)
    fields = {it: counted[it] for it in FIELDS if counted[it]}
    return replace(mapping, version=mapping.version + 1, fields=fields, actors=tuple(actors), recorded_on=today)


def check_each_stands_once(actors: Sequence[Actor]) -> None:
    """Raises RuleBroken for an actor of the same name in the same field: its responsibilities stand together."""
    seen: set[tuple[str, Field]] = set()
    for n, it in enumerate(actors):
        key = (it.name.casefold(), it.field)
        if key in seen:
            msg = "this actor stands there already in the same field of society"
            raise RuleBroken(msg, code="actor_stands_twice", rule=RULE, field=f"actors.{n}.name")
        seen.add(key)


def handed_over(before: Mapping, standing: Mapping) -> tuple[Mapping, Mapping]:
    """The predecessor's mapping, which is empty then, and the successor's, which had `standing` (R12)."""
    emptied = replace(before, version=before.version + 1, fields={}, actors=())
    goes_on = replace(before, party=standing.party, version=standing.version + 1)
    return emptied, goes_on
