"""Two people may share a mailbox: one of them is written to, always the same while that one is concerned (N1)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from services.notifications.calendars.domain.calendar import Key, LastNotice, Party, Person, differences
from services.notifications.letters.domain.kinds import CANCELLATION, INVITATION
from services.notifications.letters.domain.mailbox import sharing, written_to
from tests.unit.notifications.calendars.test_calendar_rule import STJORDAL, TODAY, VOLDA, after, party, session, summary

POST = "post@kulturskole.example"
ADA, BO, CIA = (Person(id=it, name=it.capitalize(), address=POST) for it in ("ada", "bo", "cia"))
SESSION = session()


def told(parties: list[Party], before: dict[Key, LastNotice], **first_mails: str) -> list[tuple[str, str, str, int]]:
    return summary(differences([SESSION], parties, before, TODAY, first_mails=first_mails))


def test_one_of_those_who_share_a_mailbox_is_written_to() -> None:
    assert told([party(ADA, BO)], {}) == [("ada", "s1", INVITATION, 0)]
    assert told([party(BO), party(ADA, number=VOLDA)], {}) == [("ada", "s1", INVITATION, 0)]


def test_who_was_written_to_before_stays_the_one_whoever_joins() -> None:
    before = after(differences([SESSION], [party(BO)], {}, TODAY))
    assert told([party(ADA, BO)], before) == []
    assert told([party(ADA, BO)], {}, bo="1", ada="2") == [("bo", "s1", INVITATION, 0)]


def test_when_that_one_is_concerned_no_more_it_is_another() -> None:
    before = after(differences([SESSION], [party(ADA, BO)], {}, TODAY))
    changes = differences([SESSION], [party(BO)], before, TODAY)
    assert summary(changes) == [("ada", "s1", CANCELLATION, 1), ("bo", "s1", INVITATION, 0)]


def test_who_had_two_entries_in_one_mailbox_loses_one() -> None:
    elsewhere = replace(BO, address="bo@volda.example")
    before = after(differences([SESSION], [party(ADA, elsewhere)], {}, TODAY))
    changes = differences([SESSION], [party(ADA, BO)], before, TODAY)
    assert [(it.person.id, it.kind, it.why, it.person.address) for it in changes] == [
        ("bo", CANCELLATION, "stands_twice", POST)
    ]
    assert told([party(ADA, BO)], after(changes, before), bo="1", ada="2") == []


def test_whose_entry_another_in_the_mailbox_gets_anew_is_not_told_that_it_stood_twice() -> None:
    both = [party(ADA), party(BO, number=VOLDA)]
    before = after(differences([SESSION], both, {}, TODAY))
    changes = differences([SESSION], both[1:], before, TODAY)
    assert [(it.person.id, it.kind, it.why) for it in changes] == [
        ("ada", CANCELLATION, "not_concerned"),
        ("bo", INVITATION, None),
    ]


@pytest.mark.parametrize("address", ["ada@volda.example", POST], ids=["with two addresses", "with one"])
def test_whoever_was_registered_twice_and_becomes_one_is_told_to_be_invited_still(address: str) -> None:
    twin = Person(id="twin", name=ADA.name, address=address)
    before = after(differences([SESSION], [party(ADA)], {}, TODAY))
    changes = differences([SESSION], [party(twin)], before, TODAY)
    assert [(it.person.id, it.kind, it.why, it.goes_to) for it in changes] == [
        ("ada", CANCELLATION, "another_entry", ()),
        ("twin", INVITATION, None, ()),
    ]


def test_addresses_that_are_lost_are_shared_by_nobody() -> None:
    assert sharing({"ada": "", "bo": "", "cia": POST, "dag": POST.upper()}) == [["cia", "dag"]]
    assert written_to(["dag", "cia"], {}) == "cia"


@pytest.mark.parametrize("seed", range(40))
def test_in_any_order_of_corrections_and_merges_nobody_has_two_entries_for_one_session(seed: int) -> None:
    """And everyone who is concerned has one, in the same person's name until that one is concerned no more."""
    random = Random(seed)
    people = {n: f"{n}@kommune.example" for n in "abcdef"}
    concerned = {STJORDAL: {"a", "b"}, VOLDA: {"c"}}
    notices: dict[Key, LastNotice] = {}
    first: dict[str, str] = {}
    holders: dict[str, str] = {}
    for turn in range(40):
        correct_something(random, people, concerned)
        parties = [
            party(*(Person(id=it, name=it, address=people[it]) for it in sorted(those)), number=number)
            for number, those in concerned.items()
        ]
        changes = differences([SESSION], parties, notices, TODAY, first_mails=first)
        for change in changes:
            first.setdefault(change.person.id, f"{turn:03}")
        notices = after(changes, notices)
        standing = [person for (_, person), it in notices.items() if it.stands]
        mailboxes = [people[it] for it in standing]
        wanted = {people[it] for those in concerned.values() for it in those}
        assert sorted(mailboxes) == sorted(wanted)
        for mailbox, holder in holders.items():
            if any(holder in those for those in concerned.values()) and people.get(holder) == mailbox:
                now = {people[it]: it for it in standing}[mailbox]
                assert now == holder or had_an_entry_elsewhere(now, holders)
        holders = {people[it]: it for it in standing}


def had_an_entry_elsewhere(person: str, holders: dict[str, str]) -> bool:
    """Two entries met in one mailbox, of which one had to go."""
    return person in holders.values()


def correct_something(random: Random, people: dict[str, str], concerned: dict[str, set[str]]) -> None:
    who = random.choice(sorted(people))
    match random.randrange(3):
        case 0:  # another address, somebody else's perhaps
            people[who] = random.choice([f"{who}@kommune.example", *sorted(people.values()), POST])
        case 1:  # joins or leaves
            random.choice(list(concerned.values())).symmetric_difference_update({who})
        case _:  # turns out to be somebody else, who was known first
            other = random.choice(sorted(people))
            kept, gone = sorted((who, other))
            for those in concerned.values():
                if gone in those and gone != kept:
                    those.discard(gone)
                    those.add(kept)
