from __future__ import annotations

from services.registration.groups.domain.group import Group, Participant
from services.registration.groups.domain.lost import Counts, lacking, who_coordinates, with_counts


def participant(name: str, *, represents: bool = False) -> Participant:
    return Participant(id=name, person=f"person {name}", role=None, represents_school_owner=represents)


def group(*participants: Participant, coordinator: str | None = None) -> Group:
    return Group(
        version=3,
        programme="p",
        party="942110464",
        kind="municipality",
        participants=participants,
        coordinator=coordinator,
    )


def counts(size: int, *, coordinator: bool = False, owner: bool = False) -> Counts:
    return Counts(size=size, coordinator_elected=coordinator, school_owner_represented=owner)


ADA, BO = participant("ada"), participant("bo", represents=True)
X, Y = participant("x"), participant("y")
LOST = {X.person, Y.person}


def test_who_is_not_known_makes_up_the_number() -> None:
    known, told = group(ADA), counts(3, coordinator=True, owner=True)
    assert lacking(known, told) == 2
    found = with_counts(known, told, LOST, [X, Y])
    assert len(found.present) == 3
    assert found.school_owner_represented
    assert found.coordinator in {X.id, Y.id}


def test_what_is_known_stays() -> None:
    known, told = group(ADA, BO, coordinator="ada"), counts(3, coordinator=True, owner=True)
    found = with_counts(known, told, LOST, [X])
    assert found.coordinator == "ada"
    assert found.participants == (ADA, BO, X)


def test_where_fewer_take_part_those_who_are_not_known_have_left() -> None:
    found = with_counts(group(ADA, BO, X, Y, coordinator="y"), counts(2), LOST, [])
    assert found.present == [ADA, BO]
    assert found.coordinator is None


def test_which_of_those_who_are_known_has_left_nobody_can_say() -> None:
    assert with_counts(group(ADA, BO), counts(1), set(), []).present == [ADA, BO]


def test_a_coordinator_who_is_known_to_be_none_any_more_is_none() -> None:
    assert with_counts(group(ADA, BO, coordinator="ada"), counts(2), set(), []).coordinator is None


def test_the_coordinator_is_who_is_told_by_id() -> None:
    assert who_coordinates(group(ADA, BO, X), BO.person, LOST, None) == BO
    assert who_coordinates(group(ADA, X, Y), "somebody", LOST, None) == Y
    assert who_coordinates(group(ADA, BO), "somebody", set(), None) is None


def test_who_coordinated_before_and_is_not_known_either_is_somebody_else() -> None:
    assert who_coordinates(group(ADA, X, Y, coordinator="y"), "somebody", LOST, "y") == X
