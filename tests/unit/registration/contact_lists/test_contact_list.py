"""When a contact list is due by itself, when what is missing is asked for, and what it lacks (R7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.registration.contact_lists.domain.contact_list import (
    ContactList,
    asked_for,
    does,
    exchanged,
    is_done,
    is_due,
    lacking,
    stage_on,
)
from services.registration.groups.domain.group import Group

START = date(2024, 8, 1)
LIST = ContactList(programme="regionalt-2024-2025", party="921221967")


def before(days: int) -> date:
    return START - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "stage"), [(31, None), (30, 30), (15, 30), (14, 14), (1, 14), (0, None), (-1, None), (-400, None)]
)
def test_what_is_missing_is_asked_for_at_the_nearest_stage_and_never_once_the_period_has_begun(
    days: int, stage: int | None
) -> None:
    assert stage_on(START, before(days)) == stage


@pytest.mark.parametrize(
    ("sent", "today", "due"),
    [
        (45, 15, False),
        (45, 14, True),
        (45, 0, True),  # the clock has jumped
        (45, -1, False),  # long past: somebody has to ask for it
        (None, 14, True),
        (None, -100, False),
        (10, 10, True),  # with the agreement
        (10, 11, False),  # it is not sent yet
        (-75, -75, True),
        (-75, -89, True),
        (-75, -90, False),
    ],
)
def test_a_list_is_due_fourteen_days_before_the_period_or_with_an_agreement_that_is_sent_later(
    sent: int | None, today: int, *, due: bool
) -> None:
    assert is_due(START, None if sent is None else before(sent), before(today)) == due


def test_what_a_list_lacks_is_what_the_group_does_its_advisor_and_the_contact_person() -> None:
    nobody = Group(version=0, programme=LIST.programme, party=LIST.party, kind="municipality")
    assert lacking(nobody, None) == [
        "school_owner_is_missing",
        "participants_are_missing",
        "coordinator_is_missing",
        "advisor_is_missing",
        "contact_person_is_missing",
    ]


def test_the_same_list_on_the_same_day_is_one_and_another_day_or_group_makes_it_another() -> None:
    first = exchanged(LIST, complete=True, of=(3, 1), today=START)
    assert (first.version, first.exchanged_on) == (1, START)
    assert exchanged(first, complete=True, of=(3, 1), today=START) is first
    assert exchanged(first, complete=True, of=(4, 1), today=START).version == 2
    assert exchanged(first, complete=True, of=(3, 2), today=START).version == 2
    assert exchanged(first, complete=True, of=(3, 1), today=START + timedelta(days=1)).version == 2


def test_a_stage_that_was_seen_to_is_to_be_seen_to_anew_where_the_period_is_moved_to_a_later_day() -> None:
    for done_on, is_done_for in ((None, False), (before(31), False), (before(30), True), (before(20), True)):
        assert is_done(START, 30, done_on) == is_done_for
    assert not is_done(START + timedelta(days=11), 30, before(20))
    assert is_done(START - timedelta(days=5), 30, before(20))


@pytest.mark.parametrize(
    ("exchanged_on", "is_same", "it_does"),
    [
        (None, True, False),
        (before(14), False, True),
        (before(3), False, True),
        (before(15), False, False),  # on request, or before the period was moved
        (before(15), True, True),  # and it would say the same
    ],
)
def test_the_list_that_was_exchanged_last_does_unless_it_came_early_and_says_something_else(
    exchanged_on: date | None, *, is_same: bool, it_does: bool
) -> None:
    assert does(exchanged_on, START, is_same=is_same) == it_does


def test_what_is_asked_for_makes_a_version() -> None:
    first = asked_for(replace(LIST, complete=True), 30)
    assert (first.version, first.asked_before, first.complete) == (1, 30, False)
    assert asked_for(first, 14) == replace(first, version=2, asked_before=14)
