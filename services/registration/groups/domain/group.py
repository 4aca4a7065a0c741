"""A party's group: at least four, the school owner among them, one of them elected coordinator (R3, R5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.registration.parties.domain.party import Kind
from shared.errors import NotFound, RuleBroken


@dataclass(frozen=True, kw_only=True)
class Participant:
    id: str
    person: str  # id
    role: str | None
    represents_school_owner: bool
    has_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    version: int  # 0 before the first event about it
    programme: str
    party: str  # organisation number
    kind: Kind  # the party's
    participants: tuple[Participant, ...] = ()  # those who left too
    coordinator: str | None = None  # a participant's id
    advisor: str | None = None  # a person's id

    @property
    def present(self) -> list[Participant]:
        """The participants who have not left."""
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
        """The group with this participant, added or in the place of the one with the same id."""
        if all(it.id != changed.id for it in self.participants):
            return replace(self, participants=(*self.participants, changed))
        return replace(self, participants=tuple(changed if it.id == changed.id else it for it in self.participants))


def without(group: Group, participant: str) -> Group:
    """The group after a participant left; a coordinator who leaves is no longer coordinator. Raises NotFound."""
    leaving = group.participant(participant)
    after = group.with_participant(replace(leaving, has_left=True))
    return replace(after, coordinator=None) if group.coordinator == participant else after


def electing(group: Group, participant: str) -> Group:
    """The group after it elected a coordinator. Raises NotFound, or RuleBroken for a participant who left (R5)."""
    if group.participant(participant).has_left:
        msg = "the coordinator is one of the participants, and this one has left"
        raise RuleBroken(msg, rule="R5", field="participant")
    return replace(group, coordinator=participant)
