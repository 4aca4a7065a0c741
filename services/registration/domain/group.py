"""A party's group: at least four, the school owner among them, one of them elected coordinator (R3, R5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from services.registration.domain.party import Kind
from shared.errors import NotFound, RuleBroken

AT_LEAST = 4  # participants


@dataclass(frozen=True, kw_only=True)
class Participant:
    id: str
    person: str  # id
    role: str | None
    represents_school_owner: bool
    has_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    version: int  # 0: nothing is told of it yet
    programme: str
    party: str  # organisation number
    kind: Kind  # the party's
    participants: tuple[Participant, ...] = ()  # those who left too
    coordinator: str | None = None  # a participant's id
    advisor: str | None = None  # a person's id

    @property
    def present(self) -> list[Participant]:
        return [it for it in self.participants if not it.has_left]

    @property
    def school_owner_represented(self) -> bool:
        return any(it.represents_school_owner for it in self.present)

    def participant(self, id: str) -> Participant:
        """Raises NotFound."""
        found = next((it for it in self.participants if it.id == id), None)
        if found is None:
            msg = "the group has no such participant"
            raise NotFound(msg, field="participant")
        return found

    def with_participant(self, changed: Participant) -> Group:
        if all(it.id != changed.id for it in self.participants):
            return replace(self, participants=(*self.participants, changed))
        return replace(self, participants=tuple(changed if it.id == changed.id else it for it in self.participants))


def missing(group: Group) -> Iterator[dict[str, Any]]:
    """What the group lacks, as the arguments of a RuleBroken. A county branch owns no school: R3 asks nothing of it."""
    if group.kind == "municipality" and not group.school_owner_represented:
        yield {"rule": "R3", "message": "the school owner must be represented in the group"}
    if len(group.present) < AT_LEAST:
        yield {"rule": "R5", "message": "a group needs at least four participants"}
    if group.coordinator is None:
        yield {"rule": "R5", "message": "a group elects one coordinator among its participants"}


def is_complete(group: Group) -> bool:
    return next(missing(group), None) is None


def check_complete(group: Group) -> None:
    """Raises RuleBroken with the first thing that is missing."""
    for it in missing(group):
        raise RuleBroken(it["message"], rule=it["rule"], field="party")


def without(group: Group, participant: str) -> Group:
    """The group after someone left. Raises NotFound."""
    leaving = group.participant(participant)
    after = group.with_participant(replace(leaving, has_left=True))
    return replace(after, coordinator=None) if group.coordinator == participant else after


def electing(group: Group, participant: str) -> Group:
    """Raises NotFound, or RuleBroken for someone who left."""
    if group.participant(participant).has_left:
        msg = "the coordinator is one of the participants, and this one has left"
        raise RuleBroken(msg, rule="R5", field="participant")
    return replace(group, coordinator=participant)
