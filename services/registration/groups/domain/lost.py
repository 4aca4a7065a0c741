"""What a group is like of which only counts are known (R3, R5): who is not known stands there without a person's name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.registration.groups.domain.group import Group, Participant


@dataclass(frozen=True, kw_only=True)
class Counts:
    """All that is told of a group's people."""

    size: int
    coordinator_elected: bool
    school_owner_represented: bool


def lacking(group: Group, counts: Counts) -> int:
    """How many participants there are of whom nothing is known."""
    return max(0, counts.size - len(group.present))


def with_counts(group: Group, counts: Counts, lost: Collection[str], joining: Sequence[Participant]) -> Group:
    """The group as near to these counts as it can be known.

    `lost` are the ids of people who are not known, `joining` as many of them as it lacks. Where fewer take part than are
    known here, those who are not known have left; of the others nobody can say which.
    """
    for it in joining:
        group = group.with_participant(it)
    unknown = [it for it in group.present if it.person in lost]
    for it in unknown[: max(0, len(group.present) - counts.size)]:
        group = group.with_participant(replace(it, has_left=True))
    unknown = [it for it in group.present if it.person in lost]
    if counts.school_owner_represented and not group.school_owner_represented and unknown:
        group = group.with_participant(replace(unknown[0], represents_school_owner=True))
    if not counts.coordinator_elected or group.coordinator not in {it.id for it in group.present}:
        group = replace(group, coordinator=None)
    if counts.coordinator_elected and group.coordinator is None and unknown:
        group = replace(group, coordinator=unknown[-1].id)
    return group


def who_coordinates(group: Group, person: str, lost: Collection[str], before: str | None) -> Participant | None:
    """The participant who is this person; or one of those who are not known, but for the coordinator `before`."""
    same = [it for it in group.present if it.person == person]
    unknown = [it for it in group.present if it.person in lost and it.id != before]
    return next(iter([*same, *reversed(unknown)]), None)
