from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.groups.domain.completeness import check_complete, is_complete, missing
from services.registration.groups.domain.group import Group, Participant, electing, without
from shared.errors import NotFound, RuleBroken

PEOPLE = tuple(
    Participant(id=f"p{n}", person=f"person{n}", role=None, represents_school_owner=n == 1) for n in range(4)
)
WHOLE = Group(
    version=5,
    programme="regionalt-2024-2025",
    party="942110464",
    kind="municipality",
    participants=PEOPLE,
    coordinator="p2",
)


def rules(group: Group) -> list[str]:
    return [it.rule for it in missing(group)]


def test_four_participants_a_school_owner_and_a_coordinator_make_a_group() -> None:
    assert is_complete(WHOLE)
    check_complete(WHOLE)


def test_three_are_too_few() -> None:
    with pytest.raises(RuleBroken, match="R5: a group needs at least four participants"):
        check_complete(replace(WHOLE, participants=PEOPLE[:3]))


def test_the_school_owner_must_be_among_them() -> None:
    unrepresented = replace(WHOLE, participants=tuple(replace(it, represents_school_owner=False) for it in PEOPLE))
    with pytest.raises(RuleBroken, match="R3"):
        check_complete(unrepresented)
    assert is_complete(replace(unrepresented, kind="county_branch"))


def test_everything_that_is_missing_is_said() -> None:
    nobody = replace(WHOLE, participants=(), coordinator=None)
    assert rules(nobody) == ["R3", "R5", "R5"]
    with pytest.raises(RuleBroken, match=r"R3: .+; R5: .+ four participants; R5: .+ one coordinator"):
        check_complete(nobody)


def test_who_leaves_counts_no_more() -> None:
    assert rules(without(WHOLE, "p3")) == ["R5"]
    assert rules(without(WHOLE, "p1")) == ["R3", "R5"]


def test_a_coordinator_who_leaves_is_coordinator_no_more() -> None:
    assert without(WHOLE, "p2").coordinator is None
    assert without(WHOLE, "p3").coordinator == "p2"


def test_someone_who_left_already_changes_nothing() -> None:
    once = without(WHOLE, "p0")
    assert without(once, "p0") == once


def test_the_coordinator_is_one_of_the_participants() -> None:
    assert electing(WHOLE, "p0").coordinator == "p0"
    with pytest.raises(NotFound):
        electing(WHOLE, "stranger")
    with pytest.raises(RuleBroken, match="R5"):
        electing(without(WHOLE, "p0"), "p0")
