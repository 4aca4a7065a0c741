"""Local actors are listed with field of society and responsibility, and told in figures alone (R4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.mapping.domain.mapping import FIELDS, Actor, Mapping, handed_over, recorded
from services.registration.mapping.telling import mapping as told
from shared.contracts.registration import ActorsByField
from shared.errors import RuleBroken

TODAY = date(2024, 6, 3)
NONE = Mapping(programme="p", party="921221967", version=0, fields={})
LIBRARY = Actor(name="Molde bibliotek", field="culture", responsibility="Leseglede.")
CENTRE = Actor(name="Frivilligsentralen", field="volunteering", responsibility="Samordner lag og foreninger.")
MUSEUM = Actor(name="Romsdalsmuseet", field="culture", responsibility="Skoletilbud.")


def test_a_list_takes_the_place_of_the_one_before_and_is_counted_by_field() -> None:
    first = recorded(NONE, [LIBRARY, CENTRE, MUSEUM], TODAY)
    assert (first.version, first.size, first.fields) == (1, 3, {"culture": 2, "volunteering": 1})
    second = recorded(first, [CENTRE], date(2024, 9, 1))
    assert (second.version, second.fields, second.actors) == (2, {"volunteering": 1}, (CENTRE,))
    assert second.recorded_on == date(2024, 9, 1)


def test_the_same_list_is_no_change_and_another_order_is_one() -> None:
    first = recorded(NONE, [LIBRARY, CENTRE], TODAY)
    assert recorded(first, [LIBRARY, CENTRE], date(2024, 9, 1)) is first
    assert recorded(first, [CENTRE, LIBRARY], TODAY).version == 2
    assert recorded(NONE, [], TODAY) is NONE


def test_a_list_that_is_lost_is_recorded_anew() -> None:
    lost = replace(NONE, version=3, fields={"culture": 1}, actors=None)
    assert (lost.size, recorded(lost, [LIBRARY], TODAY).version) == (1, 4)


def test_an_actor_stands_once_in_a_field_and_may_stand_in_several() -> None:
    both = [LIBRARY, replace(LIBRARY, field="education"), replace(LIBRARY, name="molde BIBLIOTEK")]
    assert recorded(NONE, both[:2], TODAY).size == 2
    with pytest.raises(RuleBroken) as refused:
        recorded(NONE, both, TODAY)
    assert (refused.value.code, refused.value.field) == ("actor_stands_twice", "actors.2.name")


def test_it_goes_on_with_the_successor_and_the_predecessor_has_none() -> None:
    first = recorded(NONE, [LIBRARY], TODAY)
    emptied, goes_on = handed_over(first, replace(NONE, party="942110464", version=2))
    assert (emptied.party, emptied.version, emptied.size, emptied.actors) == ("921221967", 2, 0, ())
    assert (goes_on.party, goes_on.version, goes_on.actors) == ("942110464", 3, (LIBRARY,))


def test_figures_alone_are_told_of_each_field() -> None:
    every = [replace(LIBRARY, field=it) for it in FIELDS]
    event = told(recorded(NONE, every, TODAY))
    assert event.fields == ActorsByField(**dict.fromkeys(FIELDS, 1))
    assert event.actors == len(FIELDS) == len(ActorsByField.model_fields)
    assert "bibliotek" not in event.model_dump_json()
