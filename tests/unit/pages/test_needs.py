"""What needs someone, and what needs nobody, by the answers of the APIs."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from pages.frame.needs import is_past, is_to_be_billed, is_unsigned_for_long, lacks
from services.billing.instalments.domain.unbilled import Why
from tests.unit.pages.samples import TODAY, agreement, group, session, unbilled


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"when": {"days": {"first": "2025-02-19", "last": "2025-02-20"}}}, True),
        ({"when": {"days": {"first": "2025-02-20", "last": "2025-02-21"}}}, False),  # it is being held
        ({"when": {"weeks": [{"year": 2025, "first": 7, "last": 7}, {"year": 2025, "first": 8, "last": 8}]}}, False),
        ({"when": {"weeks": [{"year": 2025, "first": 7, "last": 7}]}}, True),
        ({"when": {"months": ["2025-01", "2025-03"]}}, False),
        ({"state": "completed"}, False),
        ({"state": "cancelled"}, False),
        ({"kind": "guidance_visit"}, False),  # the plan's line for all visits of this number
        ({"kind": "guidance_visit", "party": "921221967"}, True),
    ],
)
def test_a_session_needs_someone_once_the_last_day_that_it_may_be_on_is_past(changes: Any, expected: bool) -> None:  # noqa: FBT001
    assert is_past(session(**changes), TODAY) is expected


def test_a_group_says_what_it_lacks() -> None:
    assert lacks(group()) == []
    assert lacks(
        group(
            missing_codes=["participants_are_missing", "coordinator_is_missing"],
            participants=0,
            coordinator=None,
            advisor=None,
        )
    ) == [
        "deltakere",
        "koordinator",
        "veileder",
    ]
    assert lacks(group(missing_codes=["participants_are_missing"], participants=3)) == ["deltakere (har 3 av minst 4)"]
    assert lacks(group(missing_codes=["school_owner_is_missing", "coordinator_is_missing"], coordinator=None)) == [
        "noen fra skoleeier",
        "koordinator",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sent_on": "2025-02-07"}, True),
        ({"sent_on": "2025-02-08"}, False),
        ({"sent_on": None}, True),
        ({"sent_on": "2025-01-01", "state": "signed"}, False),
    ],
)
def test_an_agreement_is_asked_about_when_a_fortnight_has_passed(changes: Any, expected: bool) -> None:  # noqa: FBT001
    assert is_unsigned_for_long(agreement(**changes), TODAY) is expected


def test_what_is_merely_later_needs_nobody_unless_it_presses() -> None:
    needs = {why for why in get_args(Why) if is_to_be_billed(unbilled(why=why), [], TODAY)}
    assert needs == {
        "rule_raised",
        "fee_changed",
        "fee_below_what_stands",
        "organisation_number_wrong",
        "address_incomplete",
        "reference_missing",
        "place_missing",
        "invoiced_at_another_fee",
        "party_unknown",
        "programme_unknown",
        "set_aside",
    }
    assert is_to_be_billed(unbilled(why="session_not_completed", is_pressing=True), [], TODAY)
    assert is_to_be_billed(unbilled(why="a reason that is new"), [], TODAY), "what is not known to need nobody is shown"


TO_COME = session(instalment=1, when={"months": ["2025-05"]})


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ([], False),  # nothing is planned yet
        ([TO_COME], False),
        ([TO_COME, session(kind="coordinator_meeting", instalment=None)], False),
        ([TO_COME, session(instalment=3)], True),  # it was passed over
        ([TO_COME, session(instalment=None, state="cancelled", freed_instalment=2)], True),
        ([TO_COME, session(instalment=None, state="cancelled", freed_instalment=3)], False),
        ([session(instalment=1, state="completed")], True),  # all that is planned is over
    ],
)
def test_an_instalment_without_a_session_needs_someone_unless_that_is_not_planned_yet(
    sessions: Any,
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_to_be_billed(unbilled(why="no_session"), sessions, TODAY) is expected
