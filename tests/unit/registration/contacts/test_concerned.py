from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.contacts.domain.recipients import PartyPeople, Purpose, lost_of, recipients_of, staying_of
from services.registration.people.domain.person import Person


def person(name: str) -> Person:
    return Person(id=name, scope="942110464", name=name, email=f"{name}@molde.example", phone=None)


CONTACT, COORDINATOR, ADVISOR, COUNCIL, DIRECTOR = (
    person(it) for it in ("contact", "coordinator", "advisor", "council", "director")
)
APPLIED = PartyPeople(contact_person=CONTACT, coordinator=None, advisor=None, council=COUNCIL, signatories=[])
FORMED = replace(APPLIED, coordinator=COORDINATOR, advisor=ADVISOR, signatories=[DIRECTOR, CONTACT], signed=[DIRECTOR])


@pytest.mark.parametrize(
    ("purpose", "before", "after"),
    [
        ("application", [CONTACT], [COORDINATOR]),
        ("invitation", [CONTACT], [COORDINATOR, ADVISOR]),
        ("agreement", [CONTACT], [DIRECTOR, CONTACT, COORDINATOR]),
        ("advisor", [CONTACT], [COORDINATOR]),
        ("concern", [CONTACT, COUNCIL], [COORDINATOR, ADVISOR]),
        ("end", [CONTACT], [DIRECTOR, COORDINATOR]),
        ("invoice", [CONTACT], [COORDINATOR]),
        ("guidance", [], [ADVISOR]),
    ],
)
def test_who_is_written_to_before_and_after_a_coordinator_is_elected(
    purpose: Purpose, before: list[Person], after: list[Person]
) -> None:
    assert recipients_of(APPLIED, purpose) == before
    assert recipients_of(FORMED, purpose) == after


def test_a_concern_of_a_municipality_reaches_more_than_its_advisor() -> None:
    assert recipients_of(FORMED, "concern", raised_by="municipality") == [COORDINATOR, ADVISOR, COUNCIL]
    assert recipients_of(APPLIED, "concern", raised_by="municipality") == [CONTACT, COUNCIL]
    one = replace(FORMED, council=ADVISOR)
    assert recipients_of(one, "concern", raised_by="municipality") == [COORDINATOR, ADVISOR]


def test_who_is_to_be_named_as_advisor_and_is_lost_is_waited_for() -> None:
    lost = replace(ADVISOR, name=None, email=None)
    assert lost_of(replace(FORMED, advisor=lost), "advisor") == [lost]
    assert lost_of(replace(FORMED, advisor=lost), "invoice") == []


def test_who_takes_part_stays_invited_to_what_they_were_invited_to_and_hears_of_nothing_else() -> None:
    without_address = replace(DIRECTOR, id="young", email=None)
    group = replace(FORMED, participants=[COORDINATOR, CONTACT, without_address])
    assert staying_of(group, "invitation") == [CONTACT]
    assert staying_of(group, "agreement") == []
    assert staying_of(replace(group, coordinator=CONTACT), "invitation") == [COORDINATOR]


def test_nobody_is_written_to_twice() -> None:
    twice = replace(FORMED, coordinator=CONTACT)
    assert recipients_of(twice, "agreement") == [DIRECTOR, CONTACT]


def test_of_two_who_share_a_mailbox_it_is_not_said_here_who_is_written_to() -> None:
    sharing = replace(COORDINATOR, email=CONTACT.email)
    assert recipients_of(replace(FORMED, coordinator=sharing), "agreement") == [DIRECTOR, CONTACT, sharing]


def test_who_is_lost_is_concerned_all_the_same_and_is_not_written_to() -> None:
    lost = replace(COORDINATOR, name=None, email=None)
    people = replace(FORMED, coordinator=lost)
    assert recipients_of(people, "invitation") == [ADVISOR]
    assert lost_of(people, "invitation") == [lost]
    assert lost_of(FORMED, "agreement") == []


def test_before_anyone_applied_nobody_is_concerned() -> None:
    assert recipients_of(replace(APPLIED, contact_person=None), "application") == []
