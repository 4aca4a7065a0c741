from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.scheduling.plans.domain.cancellation import cancellation_revoked, cancelled
from services.scheduling.plans.domain.move import moved, sharpened
from services.scheduling.sessions.domain.carried_instalment import check_instalment, with_instalment
from services.scheduling.sessions.domain.completion import completed, completion_revoked
from services.scheduling.sessions.domain.format import with_format
from services.scheduling.sessions.domain.place_in_plan import check_planned
from services.scheduling.sessions.domain.session import Kind
from services.scheduling.sessions.domain.whereabouts import with_place
from shared.errors import Conflict, RuleBroken
from shared.when import Days, Weeks, When
from tests.unit.scheduling.samples import JOINT, LAST

OTHER = When(days=Days(first=LAST, last=LAST))
HELD = completed(JOINT, LAST)


def test_a_session_is_completed_from_its_last_day_on() -> None:
    assert HELD.state == "completed"
    with pytest.raises(RuleBroken, match=r"S3.*has not begun"):
        completed(JOINT, LAST - timedelta(days=1))


@pytest.mark.parametrize("when", [When(months=("2024-09",)), When(weeks=(Weeks(year=2024, first=39, last=39),))])
def test_completing_needs_exact_days(when: When) -> None:
    with pytest.raises(RuleBroken, match=r"S3.*exact days"):
        completed(replace(JOINT, when=when), date(2024, 12, 1))


def test_a_duration_on_a_day_is_an_exact_day() -> None:
    assert completed(replace(JOINT, when=replace(OTHER, duration_minutes=150)), LAST).state == "completed"


@pytest.mark.parametrize("kind", ["guidance_visit", "contract_meeting"])
def test_the_plans_own_line_for_what_is_held_with_each_party_is_never_completed(kind: Kind) -> None:
    line = replace(JOINT, kind=kind, instalment=None)
    with pytest.raises(RuleBroken, match="S4"):
        completed(line, LAST)
    assert completed(replace(line, party="942110464"), LAST).state == "completed"


@pytest.mark.parametrize("field", ["venue", "city"])
def test_what_carries_an_instalment_is_completed_where_venue_and_city_are_said(field: str) -> None:
    nowhere = with_place(JOINT, {field: None})
    with pytest.raises(RuleBroken, match=f"S3.*{field}"):
        completed(nowhere, LAST)
    assert completed(replace(nowhere, instalment=None), LAST).state == "completed"


def test_a_place_is_the_text_of_venue_and_city_where_these_are_said() -> None:
    assert with_place(JOINT, {"city": None}).place == "Kimen"
    assert with_place(JOINT, {"venue": None, "city": None}).place is None
    bare = with_place(JOINT, {"venue": None, "city": None, "place": "Hos rektor"})
    assert bare.place == "Hos rektor"
    assert with_place(bare, {"title": "Samling"}).place == "Hos rektor"
    assert with_place(bare, {"city": "Molde"}).place == "Molde"
    with pytest.raises(RuleBroken, match=r"S3.*Kimen, Stjørdal"):
        with_place(JOINT, {"place": "Molde"})


def test_what_is_completed_keeps_its_dates_format_and_instalment_until_that_is_revoked() -> None:
    for change in (
        lambda it: moved(it, OTHER),
        lambda it: sharpened(it, OTHER),
        lambda it: with_format(it, "digital"),
        lambda it: with_instalment(it, 2, None),
        cancelled,
    ):
        with pytest.raises(Conflict, match=r"S3.*revoke"):
            change(HELD)
    assert moved(completion_revoked(HELD), OTHER).when == OTHER


def test_a_cancelled_session_is_gone() -> None:
    gone = cancelled(JOINT)
    for change in (
        lambda it: moved(it, OTHER),
        lambda it: moved(it, it.when),
        lambda it: sharpened(it, it.when),
        lambda it: completed(it, LAST),
        completion_revoked,
        lambda it: with_format(it, "digital"),
    ):
        with pytest.raises(Conflict, match="plan it anew"):
            change(gone)


def test_a_state_already_reached_is_left_as_it_is() -> None:
    assert completed(HELD, LAST) is HELD
    assert completion_revoked(JOINT) is JOINT
    assert moved(JOINT, JOINT.when) is JOINT
    assert with_format(JOINT, "physical") is JOINT
    gone = cancelled(JOINT)
    assert cancelled(gone) is gone


def test_a_session_that_is_no_longer_physical_or_cancelled_frees_its_instalment() -> None:
    assert with_format(JOINT, "digital").instalment is None
    assert cancelled(JOINT).instalment is None


def test_a_cancellation_that_is_taken_back_leaves_the_session_as_it_was() -> None:
    assert cancellation_revoked(cancelled(JOINT), is_free=True) == JOINT
    assert cancellation_revoked(JOINT, is_free=True) is JOINT
    assert cancellation_revoked(HELD, is_free=True) is HELD


def test_its_instalment_does_not_come_back_where_another_session_carries_it_by_now() -> None:
    back = cancellation_revoked(cancelled(JOINT), is_free=False)
    assert (back.state, back.instalment, back.freed_instalment) == ("planned", None, 1)
    other = with_instalment(back, 2, None)
    assert (other.instalment, other.freed_instalment) == (2, None)
    assert with_format(back, "digital").freed_instalment is None


def test_a_joint_session_is_physical_or_digital_from_the_start() -> None:
    with pytest.raises(RuleBroken, match="S3"):
        check_planned(replace(JOINT, format="undecided", instalment=None))
    check_planned(replace(JOINT, kind="coordinator_meeting", format="undecided", instalment=None))


def test_only_visits_and_contract_meetings_are_held_with_one_party() -> None:
    with pytest.raises(RuleBroken, match="S1"):
        check_planned(replace(JOINT, party="942110464"))
    check_planned(replace(JOINT, party="942110464", kind="guidance_visit", instalment=None))


def test_only_a_physical_joint_session_carries_an_instalment() -> None:
    check_instalment(JOINT, None)
    for other in (replace(JOINT, format="digital"), replace(JOINT, kind="coordinator_meeting")):
        with pytest.raises(RuleBroken, match="B3"):
            check_instalment(other, None)


def test_no_two_sessions_carry_the_same_instalment() -> None:
    with pytest.raises(Conflict, match="B3"):
        with_instalment(replace(JOINT, instalment=None), 2, carrier="another")
    assert with_instalment(JOINT, 2, carrier=None).instalment == 2
