"""A party's group: at least four, the school owner among them, one of them elected coordinator (R3, R5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.registration.groups.domain.tenure import Tenure
from services.registration.parties.domain.party import Kind
from shared.errors import Conflict, NotFound, RuleBroken


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
    tenures: tuple[Tenure, ...] = ()  # who was what, from when until when (history.py)

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
            raise NotFound(msg, code="no_such_participant", field="participant")
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
        raise RuleBroken(msg, code="participant_has_left", rule="R5", field="participant")
    return replace(group, coordinator=participant)


def replacing(group: Group, participant: str, successor: Participant) -> Group:
    """The group after one participant took the place of another, with all that this one was in it.

    Raises NotFound, or Conflict where the one has left, or the other takes part already (R5).
    """
    leaving = group.participant(participant)
    if leaving.has_left and _took_over(group, participant, successor.id):
        return group  # said once more
    if leaving.has_left:
        msg = "the participant who is to be replaced has left"
        raise Conflict(msg, code="participant_has_left", rule="R5", field="participant")
    if any(it.person == successor.person for it in group.present):
        msg = "this person takes part already; elect them where it is the coordinator, and have the other leave"
        raise Conflict(msg, code="takes_part_already", rule="R5", field="email")
    coming = replace(
        successor,
        role=successor.role or leaving.role,
        represents_school_owner=leaving.represents_school_owner,
        has_left=False,
    )
    after = without(group, participant).with_participant(coming)
    return replace(after, coordinator=coming.id) if group.coordinator == participant else after


def _took_over(group: Group, participant: str, successor: str) -> bool:
    ended = {it.until_on for it in group.tenures if it.key == ("participant", participant)}
    began = {it.from_on for it in group.tenures if it.key == ("participant", successor) and it.until_on is None}
    return bool(ended & began - {None})
