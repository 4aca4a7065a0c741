from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.calendars.domain.calendar import (
    Change,
    Key,
    LastNotice,
    Party,
    Person,
    Session,
    differences,
    should_stand,
    waits,
)
from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import CANCELLATION, CHANGE, INVITATION

TODAY = date(2024, 9, 1)
DAY = date(2024, 9, 25)
BEFORE = date(2024, 8, 31)
ADA = Person(id="ada", name="Ada Nordmann", address="ada@stjordal.example")
BO = Person(id="bo", name="Bo Nordmann", address="bo@volda.example")
ADVISOR = Person(id="eva", name="Eva Rådgiver", address="eva@kulturskoleradet.example")
STJORDAL, VOLDA = "939958851", "939760946"


def session(last_day: date | None = DAY, *, id: str = "s1", is_answered: bool = True, **changes: Any) -> Session:
    entry = {name: changes.pop(name) for name in ("title", "place", "starts_at", "format") if name in changes}
    given: dict[str, Any] = {"id": id, "kind": "joint_session", "party": None, "cancelled": False}
    return Session(
        last_day=last_day,
        entry=_entry(last_day, **entry) if last_day and is_answered else None,
        **(given | changes),
    )


def _entry(last_day: date, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "title": "Fellessamling 1",
        "first_day": last_day - timedelta(days=1),
        "last_day": last_day,
        "starts_at": "10:00",
        "ends_at": "15:00",
        "duration_minutes": None,
        "place": "Stjørdal",
        "meeting_link": None,
        "format": "physical",
    }
    return Entry(**(fields | changes))


def party(*persons: Person, number: str = STJORDAL, **changes: Any) -> Party:
    fields: dict[str, Any] = {"accepted": True, "ends_on": None}
    return Party(organisation_number=number, persons=persons, **(fields | changes))


def after(changes: Iterable[Change], told: Mapping[Key, LastNotice] | None = None) -> dict[Key, LastNotice]:
    """What everyone was last told once these changes are."""
    now = {
        (it.session, it.person.id): LastNotice(
            person=it.person,
            party=it.party,
            sequence=it.sequence,
            stands=it.kind != CANCELLATION,
            entry=it.entry,
            why=it.why,
        )
        for it in changes
    }
    return {**(told or {}), **now}


def told_of(*sessions: Session, to: Collection[Party] = (party(ADA),)) -> dict[Key, LastNotice]:
    return after(differences(sessions, to, {}, BEFORE - timedelta(days=365)))


def summary(changes: Iterable[Change]) -> list[tuple[str, str, str, int]]:
    return [(it.person.id, it.session, it.kind, it.sequence) for it in changes]


def test_nobody_is_invited_to_what_was_held_be_it_today() -> None:
    held = session(TODAY, completed=True)
    assert differences([held], [party(ADA)], {}, TODAY) == []
    gone = after(differences([session(TODAY)], [party(ADA, ends_on=TODAY)], told_of(session(TODAY)), TODAY))
    assert [it.stands for it in gone.values()] == [False]
    assert differences([held], [party(ADA)], gone, TODAY) == []  # its end was taken back


def test_everyone_of_an_accepted_party_is_invited_to_what_is_for_all_and_to_what_is_theirs() -> None:
    visit = session(id="visit", kind="guidance_visit", party=VOLDA)
    parties = [party(ADA, ADVISOR), party(BO, number=VOLDA)]
    assert summary(differences([session(), visit], parties, {}, TODAY)) == [
        ("ada", "s1", INVITATION, 0),
        ("bo", "s1", INVITATION, 0),
        ("eva", "s1", INVITATION, 0),
        ("bo", "visit", INVITATION, 0),
    ]


@pytest.mark.parametrize(
    "session",
    [
        session(cancelled=True),
        session(None),
        session(party=VOLDA),
        session(kind="guidance_visit"),
        session(kind="contract_meeting"),
    ],
)
def test_what_does_not_stand_in_a_partys_calendars(session: Session) -> None:
    assert not should_stand(session, party(ADA))
    assert differences([session], [party(ADA)], {}, TODAY) == []


def test_nothing_stands_for_a_party_that_is_not_accepted() -> None:
    assert not should_stand(session(), party(ADA, accepted=False))


def test_an_agreement_is_in_force_until_the_day_before_it_ends() -> None:
    assert not should_stand(session(), party(ADA, ends_on=DAY))
    assert should_stand(session(), party(ADA, ends_on=DAY + timedelta(days=1)))


def test_who_was_told_all_is_told_nothing_again() -> None:
    assert differences([session()], [party(ADA)], told_of(session()), TODAY) == []


def test_who_joins_late_is_invited_to_what_is_yet_to_come_and_nobody_else_hears_of_it() -> None:
    sessions = [session(BEFORE, id="past"), session()]
    told = told_of(*sessions)
    late = party(BO, number=VOLDA)
    assert summary(differences(sessions, [party(ADA), late], told, TODAY)) == [("bo", "s1", INVITATION, 0)]


@pytest.mark.parametrize(
    ("left", "why"),
    [
        ([], "not_concerned"),
        ([party()], "not_concerned"),
        ([party(BO)], "handed_over"),
        ([party(ADA, accepted=False)], "not_concerned"),
        ([party(ADA, ends_on=DAY)], "agreement_ended"),
    ],
    ids=["party gone", "nobody hears for it", "somebody else does", "no longer accepted", "agreement ended"],
)
def test_who_leaves_is_told_why_with_the_entry_as_it_stood(left: list[Party], why: str) -> None:
    moved_too = session(DAY + timedelta(days=7))
    change = next(it for it in differences([moved_too], left, told_of(session()), TODAY) if it.person == ADA)
    assert (change.kind, change.why, change.sequence) == (CANCELLATION, why, 1)
    assert (change.person, change.party) == (ADA, STJORDAL)
    assert change.entry == session().entry


@pytest.mark.parametrize(
    ("now", "why"),
    [(session(cancelled=True), "cancelled"), (session(None), "without_date"), (session(party=VOLDA), "not_concerned")],
)
def test_a_cancellation_says_why(now: Session, why: str) -> None:
    (change,) = differences([now], [party(ADA)], told_of(session()), TODAY)
    assert (change.kind, change.why, change.before) == (CANCELLATION, why, session().entry)


def test_who_was_never_invited_is_not_told_of_a_cancellation() -> None:
    assert differences([session(cancelled=True)], [party(ADA)], {}, TODAY) == []


def test_a_cancellation_is_told_once() -> None:
    cancelled = session(cancelled=True)
    told = told_of(session())
    told = after(differences([cancelled], [party(ADA)], told, TODAY), told)
    assert differences([cancelled], [party(ADA)], told, TODAY) == []


@pytest.mark.parametrize(
    "now",
    [
        session(DAY + timedelta(days=7)),
        session(title="Fellessamling 2"),
        session(place="Trondheim"),
        session(starts_at="11:00"),
        session(format="digital"),
    ],
)
def test_an_entry_that_differs_is_told_with_what_it_was_before(now: Session) -> None:
    (change,) = differences([now], [party(ADA)], told_of(session()), TODAY)
    assert (change.kind, change.sequence, change.why) == (CHANGE, 1, None)
    assert (change.entry, change.before) == (now.entry, session().entry)


def test_a_sequence_goes_on_where_a_cancelled_entry_comes_back_and_that_is_an_invitation() -> None:
    told: dict[Key, LastNotice] = {}
    kinds = []
    for now in (session(), session(cancelled=True), session(), session(place="Trondheim")):
        changes = differences([now], [party(ADA)], told, TODAY)
        kinds += [(it.kind, it.sequence) for it in changes]
        told = after(changes, told)
    assert kinds == [(INVITATION, 0), (CANCELLATION, 1), (INVITATION, 2), (CHANGE, 3)]


@pytest.mark.parametrize("now", [session(BEFORE, place="Trondheim"), session(BEFORE, cancelled=True), session(None)])
def test_a_session_wholly_in_the_past_is_left_alone(now: Session) -> None:
    told = told_of(session(BEFORE))
    assert told
    assert differences([now], [party(ADA)], told, TODAY) == []
    assert differences([session(BEFORE)], [party()], told, TODAY) == []


def test_the_last_day_itself_is_not_past() -> None:
    assert summary(differences([session(TODAY)], [party(ADA)], {}, TODAY)) == [("ada", "s1", INVITATION, 0)]


@pytest.mark.parametrize(("was", "now"), [(DAY, BEFORE), (BEFORE, DAY)])
def test_a_move_into_the_past_or_out_of_it_is_told(was: date, now: date) -> None:
    (change,) = differences([session(now)], [party(ADA)], told_of(session(was)), TODAY)
    assert change.kind == CHANGE


def test_what_should_stand_but_is_not_answered_yet_is_left_as_it_was() -> None:
    unknown = session(DAY + timedelta(days=7), is_answered=False)
    assert differences([unknown], [party(ADA)], {}, TODAY) == []
    assert differences([unknown], [party(ADA)], told_of(session()), TODAY) == []


def test_who_is_concerned_through_two_parties_has_it_once_and_keeps_it_when_one_of_them_leaves() -> None:
    both = [party(ADVISOR, number=STJORDAL), party(ADVISOR, number=VOLDA)]
    (invitation,) = differences([session()], both, {}, TODAY)
    assert invitation.party == VOLDA < STJORDAL
    told = after([invitation])
    assert differences([session()], both[:1], told, TODAY) == []
    assert summary(differences([session()], [], told, TODAY)) == [("eva", "s1", CANCELLATION, 1)]


@pytest.mark.parametrize("now", [session(place="Trondheim"), session(cancelled=True), session(None)])
def test_what_is_told_goes_to_the_address_as_it_is_now_and_a_farewell_to_the_last_that_was_known(now: Session) -> None:
    corrected = replace(ADA, address="ada@new.example")
    told = told_of(session())
    (change,) = differences([now], [party(corrected)], told, TODAY)
    assert change.person == corrected
    (farewell,) = differences([session()], [], told, TODAY)
    assert farewell.person == ADA


def test_whose_address_is_lost_keeps_what_stands_and_hears_of_changes_once_it_is_said_anew() -> None:
    lost = Person(id=ADA.id, name="", address="")
    told = told_of(session())
    assert differences([session()], [party(lost)], told, TODAY) == []
    moved = session(place="Trondheim")
    assert differences([moved], [party(lost)], told, TODAY) == []
    (change,) = differences([moved], [party(ADA)], told, TODAY)
    assert change.sequence == 1
    (farewell,) = differences([session(cancelled=True)], [party(lost)], told, TODAY)
    assert farewell.person == ADA


def test_only_what_is_looked_at_is_compared() -> None:
    sessions = [session(id="s1"), session(id="s2")]
    found = differences(sessions, [party(ADA, BO)], {}, TODAY, lambda key: key in {("s1", "bo"), ("s2", "ada")})
    assert summary(found) == [("bo", "s1", INVITATION, 0), ("ada", "s2", INVITATION, 0)]


def test_an_entry_is_handed_over_to_who_has_none_yet_by_name() -> None:
    told = told_of(session(), to=[party(ADA, ADVISOR)])
    changes = differences([session()], [party(BO, ADVISOR)], told, TODAY)
    assert [(it.person, it.why, it.goes_to) for it in changes if it.why] == [(ADA, "handed_over", ("Bo Nordmann",))]


def test_an_advisor_who_leaves_hands_nothing_over_to_who_was_invited_already() -> None:
    told = told_of(session(), to=[party(ADA, ADVISOR)])
    (change,) = differences([session()], [party(ADA)], told, TODAY)
    assert (change.person, change.why, change.goes_to) == (ADVISOR, "not_concerned", ())


SOON, FAR = TODAY + timedelta(days=60), TODAY + timedelta(days=61)  # the first days of sessions


def begins(day: date, **changes: Any) -> Session:
    return session(day + timedelta(days=1), **changes)


def near(sessions: list[Session], parties: list[Party], told: Mapping[Key, LastNotice]) -> list[Change]:
    return differences(sessions, parties, told, TODAY, invited_until=SOON)


def test_an_invitation_to_what_is_far_off_waits_until_the_agreement_is_sent() -> None:
    sessions = [begins(SOON, id="soon"), begins(FAR, id="far")]
    before = near(sessions, [party(ADA, has_agreement=False)], {})
    assert summary(before) == [("ada", "soon", INVITATION, 0)]
    assert summary(near(sessions, [party(ADA)], after(before))) == [("ada", "far", INVITATION, 0)]


def test_what_stands_is_changed_and_taken_out_however_far_off_it_is() -> None:
    told = told_of(begins(SOON))
    without = [party(ADA, has_agreement=False)]
    (change,) = near([begins(FAR)], without, told)
    assert change.kind == CHANGE
    (cancellation,) = near([begins(FAR, cancelled=True)], without, told)
    assert cancellation.kind == CANCELLATION


def test_who_hears_for_two_parties_is_invited_for_the_one_whose_agreement_is_sent() -> None:
    both = [party(ADVISOR, number=VOLDA, has_agreement=False), party(ADVISOR, number=STJORDAL)]
    (invitation,) = near([begins(FAR)], both, {})
    assert invitation.party == STJORDAL > VOLDA


def test_who_stays_in_the_group_keeps_the_entry_when_another_becomes_coordinator() -> None:
    told = told_of(session())
    handed_over = party(BO, keepers=(ADA,))
    changes = differences([session()], [handed_over], told, TODAY)
    assert summary(changes) == [("bo", "s1", INVITATION, 0)]
    told = after(changes, told)
    moved = session(DAY + timedelta(days=7))
    assert summary(differences([moved], [handed_over], told, TODAY)) == [
        ("ada", "s1", CHANGE, 1),
        ("bo", "s1", CHANGE, 1),
    ]
    assert summary(differences([session()], [party(BO)], told, TODAY)) == [("ada", "s1", CANCELLATION, 1)]


def test_who_stays_in_the_group_is_invited_to_nothing_new() -> None:
    assert differences([session()], [party(keepers=(ADA,))], {}, TODAY) == []


def test_who_stays_in_the_group_does_not_keep_the_coordinators_own_meetings() -> None:
    told = told_of(session(kind="coordinator_meeting"))
    changes = differences([session(kind="coordinator_meeting")], [party(BO, keepers=(ADA,))], told, TODAY)
    assert [(it.person, it.kind, it.goes_to) for it in changes] == [
        (ADA, CANCELLATION, ("Bo Nordmann",)),
        (BO, INVITATION, ()),
    ]


def test_what_was_cancelled_and_is_not_comes_back_to_who_kept_it() -> None:
    told = told_of(session())
    group = [party(BO, keepers=(ADA,))]
    for now, kind in ((session(cancelled=True), CANCELLATION), (session(), INVITATION)):
        changes = differences([now], group, told, TODAY)
        assert [it.kind for it in changes if it.person == ADA] == [kind]
        told = after(changes, told)


def test_an_entry_goes_anew_to_an_address_that_was_corrected() -> None:
    told = told_of(session(), session(BEFORE, id="past"))
    corrected = replace(ADA, address="ada@new.example")
    (change,) = differences([session(), session(BEFORE, id="past")], [party(corrected)], told, TODAY)
    assert (change.session, change.person, change.kind, change.sequence) == ("s1", corrected, INVITATION, 1)
    assert change.before is None
    told = after([change], told)
    assert differences([session()], [party(corrected)], told, TODAY) == []
    other_letters = replace(corrected, address="Ada@New.example")
    assert differences([session()], [party(other_letters)], told, TODAY) == []


days = st.sampled_from([None, BEFORE, TODAY, DAY, DAY + timedelta(days=7)])
sessions = st.lists(
    st.builds(
        session,
        days,
        id=st.sampled_from(["s1", "s2"]),
        party=st.sampled_from([None, STJORDAL, VOLDA]),
        cancelled=st.booleans(),
        place=st.sampled_from(["Stjørdal", "Trondheim"]),
    ),
    min_size=2,
    max_size=2,
    unique_by=lambda it: it.id,
)
parties = st.lists(
    st.builds(
        lambda number, persons, n, accepted, ends_on, has_agreement: party(
            *persons[:n],
            keepers=tuple(persons[n:]),
            number=number,
            accepted=accepted,
            ends_on=ends_on,
            has_agreement=has_agreement,
        ),
        st.sampled_from([STJORDAL, VOLDA]),
        st.lists(st.sampled_from([ADA, BO, ADVISOR]), unique=True),
        st.integers(0, 3),
        st.booleans(),
        st.none() | st.just(DAY),
        st.booleans(),
    ),
    max_size=2,
    unique_by=lambda it: it.organisation_number,
)


@given(st.lists(st.tuples(sessions, parties), min_size=1, max_size=5))
def test_whatever_came_before_everyones_calendar_is_as_it_should_be(
    stages: list[tuple[list[Session], list[Party]]],
) -> None:
    told: dict[Key, LastNotice] = {}
    until = TODAY + timedelta(days=25)  # DAY's session begins before, the one of a week later after it
    for stage in stages:
        changes = differences(*stage, told, TODAY, invited_until=until)
        assert all(it.sequence == (told[key].sequence + 1 if key in told else 0) for it, key in _keyed(changes))
        before, told = told, after(changes, told)
    last_sessions, last_parties = stages[-1]
    assert differences(last_sessions, last_parties, told, TODAY, invited_until=until) == []
    for it in last_sessions:
        if it.last_day and it.last_day >= TODAY:
            of = [party for party in last_parties if should_stand(it, party)]
            invited = {who.id for party in of for who in party.persons}
            waiting = {who.id for party in of if waits(it, party, until) for who in party.persons}
            staying = {who.id for party in of for who in party.keepers}
            stands = {who for (id, who), last in told.items() if id == it.id and last.stands}
            stood = {who for (id, who), last in before.items() if id == it.id and last.stands}
            must = {who.id for party in of if not waits(it, party, until) for who in party.persons}
            # Nobody who is invited to what is near is left out; who waits or stays has it only if it was there before.
            assert must | ((invited | staying) & stood) <= stands <= invited | staying
            assert stands - must <= {who for (id, who) in before if id == it.id} & (waiting | staying)
            assert all(last.entry == it.entry for (id, who), last in told.items() if id == it.id and who in stands)


def _keyed(changes: Iterable[Change]) -> list[tuple[Change, Key]]:
    return [(it, (it.session, it.person.id)) for it in changes]
