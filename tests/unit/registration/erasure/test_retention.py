"""Whose time is over: so many days after the last that they had to do with, and never before (N2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.erasure.domain.retention import due
from services.registration.people.domain.person import COUNCIL, Person
from services.registration.people.domain.pointing import Pointing

KARI = Person(id="one", scope=COUNCIL, name="Kari Vik", email="kari.vik@molde.example", phone=None)
FIRST = Pointing(what="participant", programme="første", party="921221967", last_day=date(2025, 12, 31), is_over=True)
SECOND = replace(FIRST, programme="andre", last_day=date(2026, 6, 30))


def is_due(*pointing: Pointing, today: date, person: Person = KARI, is_advisor: bool = False) -> bool:
    return due(person, pointing, is_advisor=is_advisor, days=30, today=today) is not None


def test_from_the_day_after_so_many_days_after_the_last_of_all() -> None:
    assert not is_due(FIRST, today=date(2026, 1, 30))
    assert is_due(FIRST, today=date(2026, 1, 31))
    assert not is_due(FIRST, SECOND, today=date(2026, 7, 30))
    assert is_due(FIRST, SECOND, today=date(2026, 7, 31))


def test_who_is_erased_is_not_due_and_whom_nothing_needs_any_more_is() -> None:
    assert not is_due(FIRST, today=date(2030, 1, 1), person=replace(KARI, name=None, email=None, erased=True))
    assert is_due(today=date(2024, 1, 1))
    assert not is_due(today=date(2024, 1, 1), is_advisor=True)  # whom a party may yet get
