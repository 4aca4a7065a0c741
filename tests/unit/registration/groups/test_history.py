from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from services.registration.groups.domain.group import Group, Participant, electing, replacing, without
from services.registration.groups.domain.history import joined, on_day, reconciled, recorded, since, united
from services.registration.groups.domain.tenure import Tenure
from shared.errors import Conflict, NotFound, RuleBroken

EMPTY = Group(version=0, programme="regionalt-2024-2025", party="942110464", kind="municipality")
FIRST = date(2024, 8, 1)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def participant(n: int) -> Participant:
    return Participant(id=f"p{n}", person=f"person{n}", role=f"Rolle {n}", represents_school_owner=n == 1)


def grown() -> Group:
    """Four who joined on days 0 to 3, of whom the third coordinates since day 4."""
    group = EMPTY
    for n in range(4):
        group = recorded(group, group.with_participant(participant(n)), day(n))
    return recorded(group, electing(group, "p2"), day(4))


def state(group: Group) -> tuple[set[str], str | None, str | None]:
    return {it.id for it in group.present}, group.coordinator, group.advisor


def test_a_group_on_a_day_is_as_it_was_then() -> None:
    group = grown()
    group = recorded(group, without(group, "p0"), day(10))
    assert state(on_day(group, day(1))) == ({"p0", "p1"}, None, None)
    assert state(on_day(group, day(9))) == ({"p0", "p1", "p2", "p3"}, "p2", None)
    assert state(on_day(group, day(10))) == state(group) == ({"p1", "p2", "p3"}, "p2", None)


def test_who_takes_the_place_of_the_coordinator_is_all_that_the_one_before_was() -> None:
    group = electing(grown(), "p1")
    after = recorded(grown(), replacing(group, "p1", replace(participant(9), role=None)), day(20))
    new = after.participant("p9")
    assert (after.coordinator, new.role, new.represents_school_owner) == ("p9", "Rolle 1", True)
    assert len(after.present) == len(group.present)
    assert [it.has_left for it in after.participants if it.id == "p1"] == [True]


def test_nobody_takes_the_place_of_who_left_and_nobody_who_is_there_takes_another_place() -> None:
    group = recorded(grown(), without(grown(), "p0"), day(10))
    with pytest.raises(Conflict, match=r"R5: .*has left"):
        replacing(group, "p0", participant(9))
    with pytest.raises(Conflict, match=r"R5: .*takes part already"):
        replacing(group, "p1", participant(2))
    with pytest.raises(NotFound):
        replacing(group, "nobody", participant(9))


def test_a_replacement_said_once_more_changes_nothing() -> None:
    group = recorded(grown(), replacing(grown(), "p2", participant(9)), day(10))
    assert replacing(group, "p2", participant(9)) == group


def test_a_day_that_contradicts_what_is_kept_is_refused() -> None:
    group = grown()
    with pytest.raises(RuleBroken, match="R5: this participant is recorded from 2024-08-04 on"):
        recorded(group, without(group, "p3"), day(2))
    with pytest.raises(RuleBroken, match="R5"):  # who coordinates since day 4 cannot have been followed on day 3
        recorded(group, electing(group, "p1"), day(3))
    late = recorded(group, group.with_participant(participant(5)), day(8))
    with pytest.raises(RuleBroken, match="R5: the coordinator is one of those who take part"):
        recorded(late, electing(late, "p5"), day(6))
    back = recorded(group, without(group, "p0"), day(10))
    with pytest.raises(RuleBroken, match="R5"):
        recorded(back, back.with_participant(participant(0)), day(9))


def test_who_came_by_mistake_and_left_on_the_same_day_was_never_there() -> None:
    group = grown()
    mistake = recorded(group, group.with_participant(participant(5)), day(8))
    assert recorded(mistake, without(mistake, "p5"), day(8)).tenures == group.tenures


def test_who_coordinated_or_advised_for_one_day_alone_stands_in_the_history() -> None:
    group = recorded(grown(), replace(electing(grown(), "p3"), advisor="ada"), day(8))
    after = recorded(group, replace(electing(group, "p1"), advisor="bo"), day(8))
    one_day = {(it.role, it.who) for it in after.tenures if it.from_on == it.until_on == day(8)}
    assert one_day == {("coordinator", "p3"), ("advisor", "ada")}
    assert state(on_day(after, day(8))) == ({"p0", "p1", "p2", "p3"}, "p1", "bo")
    assert since(since(after, "advisor", day(5)), "coordinator", day(6)).advisor == "bo", "they stand in nobody's way"
    back = recorded(after, replace(electing(after, "p3"), advisor="ada"), day(8))
    assert {(it.role, it.who) for it in back.tenures if it.is_of_no_day} == {("coordinator", "p1"), ("advisor", "bo")}


@pytest.mark.parametrize("was_there_before", [True, False])
def test_who_came_by_mistake_and_left_on_the_same_day_did_not_coordinate(*, was_there_before: bool) -> None:
    group = grown()
    if was_there_before:
        group = recorded(group, group.with_participant(participant(5)), day(5))
        group = recorded(group, without(group, "p5"), day(6))
    mistake = recorded(group, electing(group.with_participant(participant(5)), "p5"), day(8))
    after = recorded(mistake, without(mistake, "p5"), day(8))
    assert [it for it in after.tenures if it.who == "p5"] == [it for it in group.tenures if it.who == "p5"]


def test_who_left_by_mistake_and_comes_back_on_the_same_day_was_there_all_the_time() -> None:
    group = recorded(grown(), without(grown(), "p0"), day(9))
    assert recorded(group, group.with_participant(participant(0)), day(9)).tenures == grown().tenures


def test_a_wrong_day_is_corrected() -> None:
    group = joined(grown(), "p3", day(1))
    assert state(on_day(group, day(1)))[0] == {"p0", "p1", "p3"}
    assert joined(grown(), "p2", day(0)).coordinator == "p2"
    for wrong in (day(5), day(30)):  # since day 4 this one coordinates
        with pytest.raises(RuleBroken, match="R5"):
            joined(grown(), "p2", wrong)
    left = recorded(grown(), without(grown(), "p0"), day(10))
    with pytest.raises(RuleBroken, match="R5"):
        joined(left, "p0", day(10))


def test_a_wrong_day_of_who_coordinates_is_corrected_within_what_is_kept() -> None:
    group = recorded(grown(), electing(grown(), "p3"), day(10))
    earlier = since(group, "coordinator", day(6))
    assert [on_day(earlier, day(n)).coordinator for n in (5, 6, 10)] == ["p2", "p3", "p3"]
    assert since(earlier, "coordinator", day(10)) == group
    with pytest.raises(Conflict, match=r"R5: .*before is recorded from 2024-08-05 on"):
        since(group, "coordinator", day(3))
    only = grown()
    with pytest.raises(Conflict, match=r"R5: on 2024-08-02 this participant did not take part yet"):
        since(only, "coordinator", day(1))
    left = recorded(group, without(group, "p3"), day(12))
    again = recorded(left, electing(left, "p1"), day(14))
    with pytest.raises(Conflict, match=r"R5: on 2024-08-12 the group had .* another one"):
        since(again, "coordinator", day(11))
    handed_over = recorded(left, electing(left, "p1"), day(12))
    later = since(handed_over, "coordinator", day(14))
    assert [on_day(later, day(n)).coordinator for n in (11, 12, 14)] == ["p3", None, "p1"], (
        "who left did not coordinate on"
    )


def test_what_the_version_before_recorded_has_no_day() -> None:
    old = Group(**vars(EMPTY) | {"participants": (participant(0), participant(1)), "coordinator": "p1"})
    known = reconciled(old)
    assert state(on_day(known, date(2000, 1, 1))) == state(old)
    left = reconciled(replace(known, participants=(replace(participant(0), has_left=True), participant(1))))
    assert "p0" not in {it.who for it in left.tenures}


def test_who_turns_out_to_be_one_was_there_all_the_time() -> None:
    stays = [
        Tenure(role="participant", who="p1", from_on=day(5), until_on=day(9)),
        Tenure(role="participant", who="p1", from_on=day(1), until_on=day(6)),
        Tenure(role="participant", who="p1", from_on=day(20)),
        Tenure(role="participant", who="p2", from_on=day(1)),
    ]
    one = [it for it in united(stays) if it.who == "p1"]
    assert [(it.from_on, it.until_on) for it in one] == [(day(1), day(9)), (day(20), None)]


@pytest.mark.parametrize("seed", range(30))
def test_a_group_on_a_day_replays_to_the_group_now(seed: int) -> None:
    """On each day it is what it was left as, and today it is what it is; where some is dated back, the latter."""
    random = Random(seed)
    group, as_left = EMPTY, {}
    dates_back = seed % 2 == 1
    for n in range(60):
        for _ in range(random.randrange(4)):
            group = act(random, group, day(n - (random.randrange(5) if dates_back else 0)))
        as_left[day(n)] = state(group)
        assert state(on_day(group, day(n))) == state(group)
    assert reconciled(group) == group
    assert dates_back or all(state(on_day(group, on)) == left for on, left in as_left.items())


def act(random: Random, group: Group, on: date) -> Group:
    """One of the things that happen to a group; what is refused leaves it as it was."""
    one, other = participant(random.randrange(8)), participant(random.randrange(8))
    rules: list[Callable[[], Group]] = [
        lambda: group.with_participant(one),
        lambda: without(group, one.id),
        lambda: electing(group, one.id),
        lambda: replacing(group, one.id, other),
        lambda: replace(group, advisor=random.choice(["ada", "bo", None])),
    ]
    try:
        return recorded(group, random.choice(rules)(), on)
    except (Conflict, NotFound, RuleBroken):
        return group
