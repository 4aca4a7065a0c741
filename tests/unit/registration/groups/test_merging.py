from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.groups.domain.group import electing, without
from services.registration.groups.domain.history import recorded
from services.registration.groups.domain.merging import as_one
from shared.errors import Conflict
from tests.unit.registration.groups.test_history import day, grown, participant, state


def test_who_turns_out_to_be_another_keeps_place_and_coordination() -> None:
    found = as_one(grown(), "person2", "person9")
    assert (state(found), found.participant("p2").person) == (state(grown()), "person9")
    assert found.tenures == grown().tenures


def test_two_who_both_take_part_in_a_group_are_not_one() -> None:
    with pytest.raises(Conflict, match="R5: both take part in the group of 942110464"):
        as_one(grown(), "person2", "person1")


def test_who_left_and_came_back_under_another_name_was_one_all_the_time() -> None:
    group = recorded(grown(), electing(grown(), "p1"), day(8))
    group = recorded(group, without(group, "p2"), day(10))
    group = recorded(group, group.with_participant(participant(9)), day(20))
    found = as_one(group, "person9", "person2")
    assert [it.id for it in found.participants if it.person == "person2"] == ["p9"]
    assert "person9" not in {it.person for it in found.participants}
    stays = [(it.role, it.from_on, it.until_on) for it in found.tenures if it.who == "p9"]
    assert stays == [
        ("participant", day(2), day(10)),
        ("coordinator", day(4), day(8)),
        ("participant", day(20), None),
    ]


def test_an_advisor_turns_out_to_be_another() -> None:
    group = recorded(grown(), replace(grown(), advisor="eva"), day(5))
    group = recorded(group, replace(group, advisor="liv"), day(9))
    found = as_one(group, "eva", "liv")
    assert [(it.who, it.from_on, it.until_on) for it in found.tenures if it.role == "advisor"] == [
        ("liv", day(5), None)
    ]
