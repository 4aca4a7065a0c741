from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registration.applications.domain.application import Answers, Application, check_accepted
from services.registration.applications.domain.assessment import check_open
from services.registration.parties.domain import party as parties
from services.registration.parties.domain.party import Party
from services.registration.people.domain.person import Contact, Person
from services.registration.programmes.domain import programme as programmes
from services.registration.programmes.domain.application_window import check_takes_applications
from services.registration.programmes.domain.programme import Programme
from shared.errors import Conflict, RuleBroken

PROGRAMME = Programme(
    code="regionalt-2024-2025",
    version=1,
    name="Regionalt program",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    county_branch_fee_ore=1_000_000,
    applications_from=date(2024, 2, 1),
    applications_until=date(2024, 5, 1),
    days_to_pay=30,
)
PARTY = Party(
    organisation_number="942110464",
    version=1,
    kind="municipality",
    municipality_number="5001",
    county="Trøndelag",
    name="Trondheim",
    official_name=None,
    language_form="bokmål",
    street="Rådhuset",
    postal_code="7013",
    city="Trondheim",
    takes_invoices_by="email",
)
PERSON = Person(id="one", scope="942110464", name="Kari Vik", email="kari.vik@molde.example", phone=None)
APPLICATION = Application(
    id="one",
    version=1,
    programme="regionalt-2024-2025",
    party="942110464",
    answers=Answers(development_as_whole="Ja.", development_area="Ja.", dialogue_with_branch="Ja."),
    contact_person="one",
    payer_reference="KS-5001",
    state="received",
)


@pytest.mark.parametrize("day", [date(2024, 2, 1), date(2024, 5, 1)])
def test_applications_are_taken_from_the_first_to_the_last_day(day: date) -> None:
    check_takes_applications(PROGRAMME, day)


@pytest.mark.parametrize("day", [date(2024, 1, 31), date(2024, 5, 2)])
def test_applications_are_not_taken_outside_of_them(day: date) -> None:
    with pytest.raises(RuleBroken, match="R1"):
        check_takes_applications(PROGRAMME, day)
    check_takes_applications(replace(PROGRAMME, applications_from=None, applications_until=None), day)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period_end": date(2024, 7, 31)}, "period_end"),
        ({"applications_until": date(2024, 1, 1)}, "applications_until"),
    ],
)
def test_what_ends_before_it_starts_is_refused(change: dict[str, Any], field: str) -> None:
    programmes.check(PROGRAMME)
    with pytest.raises(RuleBroken) as refused:
        programmes.check(replace(PROGRAMME, **change))
    assert refused.value.field == field


def test_a_county_branch_pays_its_own_fee() -> None:
    assert PROGRAMME.fee_for("municipality") == 2_000_000
    assert PROGRAMME.fee_for("county_branch") == 1_000_000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"organisation_number": "942110465"}, "organisation_number"),
        ({"municipality_number": None}, "municipality_number"),
        ({"kind": "county_branch"}, "municipality_number"),
    ],
)
def test_a_party_that_there_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    parties.check(PARTY)
    with pytest.raises(RuleBroken) as refused:
        parties.check(replace(PARTY, **change))
    assert (refused.value.rule, refused.value.field) == ("R1", field)


def test_a_person_who_is_named_again_gains_a_telephone_number_and_never_another_name() -> None:
    named = PERSON.told(Contact(name="Kari Vik", email=PERSON.email, phone="90000000"))
    assert named.phone == "90000000"
    assert named.told(Contact(name="Kari Vik", email=PERSON.email)) == named
    for other in (
        Contact(name="Kari Wik", email=PERSON.email),
        Contact(name="Kari Vik", email=PERSON.email, phone="90000001"),
    ):
        with pytest.raises(Conflict, match="N2"):
            named.told(other)


def test_who_waits_may_be_assessed_again_and_who_is_decided_may_not() -> None:
    check_open(APPLICATION)
    check_open(replace(APPLICATION, state="waiting_list"))
    for state in ("accepted", "declined"):
        with pytest.raises(Conflict, match="R2"):
            check_open(replace(APPLICATION, state=state))


def test_only_who_is_accepted_takes_part() -> None:
    accepted = replace(APPLICATION, state="accepted")
    assert check_accepted(accepted) is accepted
    for it in (None, APPLICATION, replace(APPLICATION, state="waiting_list")):
        with pytest.raises(Conflict, match="R2"):
            check_accepted(it)
