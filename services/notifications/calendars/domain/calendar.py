"""What should stand in each person's calendar, compared with what that person was last told (S6, N1).

The comparison is all there is: who joins late is invited, who leaves is told so, and looking again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import CANCELLATION, CHANGE, INVITATION
from services.notifications.letters.domain.mailbox import sharing, written_to

# Each is held with one party. The plan also has a line for all of them, without a party, which invites nobody (S4).
KINDS_OF_ONE_PARTY = ("guidance_visit", "contract_meeting")

COORDINATORS_OWN = "coordinator_meeting"  # the coordinators meet, and nobody else of a group

Key = tuple[str, str]  # session, person
Why = Literal[
    "cancelled", "without_date", "agreement_ended", "handed_over", "stands_twice", "another_entry", "not_concerned"
]
# Why an entry goes that comes back where that is taken back, to whoever had it.
OF_THE_SESSION = ("cancelled", "without_date", "agreement_ended")


@dataclass(frozen=True, kw_only=True)
class Session:
    id: str
    kind: str
    party: str | None
    cancelled: bool
    last_day: date | None  # none without exact days
    entry: Entry | None  # none without exact days, or until scheduling has answered what it is called and where it is
    completed: bool = False
    fingerprint: str | None = None  # of the entry
    last_known: Entry | None = None  # with title and place as they were answered last, whatever became of it since


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    address: str  # empty where it is lost

    def is_elsewhere(self, now: Person) -> bool:
        """Whether the address is another `now`, as far as both are known."""
        return bool(self.address and now.address) and self.address.lower() != now.address.lower()


@dataclass(frozen=True, kw_only=True)
class Party:
    """A party of the programme, with those who hear of its sessions."""

    organisation_number: str
    accepted: bool
    ends_on: date | None  # the first day on which its agreement is no longer in force
    persons: tuple[Person, ...]  # who are invited
    keepers: tuple[Person, ...] = ()  # who takes part, is invited to nothing, and keeps what stands
    has_agreement: bool = True  # which was sent

    @property
    def people(self) -> tuple[Person, ...]:
        return self.persons + self.keepers


@dataclass(frozen=True, kw_only=True)
class LastNotice:
    """What a person was last told of a session, be the mail sent by now or still queued."""

    person: Person
    party: str
    sequence: int
    stands: bool  # in the calendar: it was a REQUEST, and not a CANCEL
    entry: Entry | None  # none where it is lost; then its fingerprint is known
    fingerprint: str | None = None
    why: str | None = None  # of a cancellation
    told_on: date = date.min  # a day in Norway

    def says(self, session: Session) -> bool:
        """Whether this is what stands in the person's calendar: the session as it is."""
        if not self.stands:
            return False
        return self.fingerprint == session.fingerprint if self.entry is None else self.entry == session.entry


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a person is to be told about a session: an invitation, a change or a cancellation."""

    session: str
    person: Person
    party: str
    is_with_party: bool  # held with this party alone
    sequence: int  # RFC 5545's SEQUENCE: 0, and one more with each mail to this person about this session
    entry: Entry  # as it stands from now on; of a cancellation, as it stood
    before: Entry | None  # as it stood; none where it did not, or where that is lost
    stood: bool = False  # in the person's calendar
    why: Why | None = None  # of a cancellation
    goes_to: tuple[str, ...] = ()  # the names of who is invited instead, where it was handed over

    @property
    def kind(self) -> str:
        if self.why:
            return CANCELLATION
        return CHANGE if self.stood else INVITATION


Wanted: TypeAlias = dict[Key, tuple[Person, Party]]  # in whose calendar a session should stand, and for which party


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an entry that goes is explained by."""

    notices: Mapping[Key, LastNotice]
    wanted: Wanted
    mailboxes: Collection[tuple[str, str]]  # session and address of all that stands there, and stays

    def is_invited_as_another(self, session: Session, it: Person, party: Party | None) -> bool:
        """Whether the party has another of this name who is invited: two who were registered may have become one."""
        return any(
            other.id != it.id and other.name.casefold() == it.name.casefold() and (session.id, other.id) in self.wanted
            for other in (party.people if party and it.name else ())
        )


def should_stand(session: Session, party: Party) -> bool:
    """Whether the session should stand in the calendars of this party's people (S6)."""
    if session.cancelled or session.last_day is None or not party.accepted:
        return False
    if session.party is None and session.kind in KINDS_OF_ONE_PARTY:
        return False
    if session.party not in (None, party.organisation_number):
        return False
    return party.ends_on is None or session.last_day < party.ends_on


def waits(session: Session, party: Party, invited_until: date) -> bool:
    """Whether an invitation waits for the agreement to be sent: before, only to what begins until this day are people invited.

    Who takes part, and who coordinates, is settled by then; else an entry would come that goes again (S6).
    """
    return not party.has_agreement and session.entry is not None and session.entry.first_day > invited_until


def keeps(session: Session, last: LastNotice | None) -> bool:
    """Whether someone who takes part, and is invited no more, keeps the entry: everyone attends, but for the coordinators' own."""
    if session.kind == COORDINATORS_OWN or last is None:
        return False
    return last.stands or last.why in OF_THE_SESSION


def differences(
    sessions: Collection[Session],
    parties: Iterable[Party],
    notices: Mapping[Key, LastNotice],
    today: date,
    is_looked_at: Callable[[Key], bool] = lambda _: True,
    *,
    first_mails: Mapping[str, str] | None = None,
    invited_until: date = date.max,
    is_published: bool = True,
) -> list[Change]:
    """What is to be told, so that the calendars that are looked at are as they should be.

    `notices` holds what was last told of each session and person that is looked at; `today` is a day in Norway. A session
    whose present and last-told days are both before `today` is left alone, and so is one that should stand but whose
    details are not known, and so is one that is not known here at all. Of those who share a mailbox one has the entry;
    `first_mails` has the id of the first mail to each of them. `invited_until` is the day up to which an invitation waits
    for no agreement. Unless the plan `is_published`, nobody is invited; what was told before is kept up to date.
    """
    known = {session.id: session for session in sessions}
    by_number = {party.organisation_number: party for party in parties}
    concerned = _wanted(sessions, by_number.values(), notices, invited_until if is_published else None)
    wanted = _one_a_mailbox(concerned, by_number.values(), notices, first_mails or {})
    staying = {(key[0], it.address.lower()) for key, (it, _) in wanted.items() if _stands(notices.get(key))}
    told = Told(notices=notices, wanted=wanted, mailboxes=staying)
    found = []
    for key in sorted(filter(is_looked_at, wanted.keys() | notices.keys())):
        session, last = known.get(key[0]), notices.get(key)
        if session is None or _is_over(session, last, today):
            continue
        change = _change(session, last, wanted.get(key), by_number, told)
        if change:
            found.append(change)
    return found


def standing(
    sessions: Collection[Session],
    parties: Collection[Party],
    notices: Mapping[Key, LastNotice],
    *,
    first_mails: Mapping[str, str] | None = None,
    invited_until: date = date.max,
) -> Wanted:
    """In whose calendar these sessions stand as they are and should, so that nothing is to be told; as `differences` has it."""
    known = {session.id: session for session in sessions}
    concerned = _wanted(sessions, parties, notices, invited_until)
    wanted = _one_a_mailbox(concerned, parties, notices, first_mails or {})
    return {
        key: (person, party)
        for key, (person, party) in wanted.items()
        if (last := notices.get(key)) is not None
        and last.says(known[key[0]])
        and person.address
        and not last.person.is_elsewhere(person)
    }


def _wanted(
    sessions: Collection[Session],
    parties: Iterable[Party],
    notices: Mapping[Key, LastNotice],
    invited_until: date | None,
) -> Wanted:
    """Which sessions should stand in whose calendar by now, and for which party.

    `invited_until` is none where nobody is invited yet: the plan is a draft.

    Someone who is concerned through several parties, an advisor say, has a session once: for the first of them by number,
    so that the answer is the same each time.
    """
    found: dict[Key, tuple[Person, Party]] = {}
    held_with: dict[str | None, list[Session]] = defaultdict(list)
    for session in sessions:
        held_with[session.party].append(session)
    for party in sorted(parties, key=lambda party: party.organisation_number):
        for session in held_with[None] + held_with[party.organisation_number]:
            if should_stand(session, party):
                is_waiting = invited_until is None or waits(session, party, invited_until)
                for person in party.persons:
                    if not is_waiting or _stands(notices.get((session.id, person.id))):
                        found.setdefault((session.id, person.id), (person, party))
                for person in party.keepers:
                    if keeps(session, notices.get((session.id, person.id))):
                        found.setdefault((session.id, person.id), (person, party))
    return found


def _stands(last: LastNotice | None) -> bool:
    return last is not None and last.stands


def _one_a_mailbox(
    wanted: Wanted, parties: Iterable[Party], notices: Mapping[Key, LastNotice], first_mails: Mapping[str, str]
) -> Wanted:
    """Without those who share a mailbox with another, in whose name the entry stands there (N1)."""
    left_out: set[Key] = set()
    sessions = {session for session, _ in wanted}
    for those in sharing({it.id: it.address for party in parties for it in party.people}):
        for session in sessions:
            concerned = [it for it in those if (session, it) in wanted]
            if len(concerned) > 1:
                standing = [it for it in concerned if _stands(notices.get((session, it)))]
                one = written_to(concerned, first_mails, standing)
                left_out |= {(session, it) for it in concerned if it != one}
    return {key: found for key, found in wanted.items() if key not in left_out} if left_out else wanted


def _is_over(session: Session, last: LastNotice | None, today: date) -> bool:
    # Nobody can attend what is past, so a correction of it is no news. But a session moved from a day to come to one that is
    # past, or the other way round, is told: somebody may be going there, or can go now.
    if session.completed and not _stands(last):
        return True  # it was held, on the very day perhaps
    present_is_past = session.last_day is None or session.last_day < today
    told_is_past = last is None or last.entry is None or last.entry.last_day < today
    return present_is_past and told_is_past


def _change(
    session: Session,
    last: LastNotice | None,
    wanted: tuple[Person, Party] | None,
    parties: Mapping[str, Party],
    told: Told,
) -> Change | None:
    stood = _stands(last)
    if wanted is None:
        return _cancellation(session, last, parties, told) if last and stood else None
    person, party = wanted
    has_moved = last is not None and last.person.is_elsewhere(person)
    if session.entry is None or not person.address or (last and last.says(session) and not has_moved):
        return None
    stood = stood and not has_moved  # at the address that is right now nothing stands
    return Change(
        session=session.id,
        person=person,
        party=party.organisation_number,
        is_with_party=session.party is not None,
        # A calendar heeds the mail with the highest SEQUENCE (RFC 5546). A session's version would not do for it: who leaves
        # and comes back is told three times of the same version.
        sequence=last.sequence + 1 if last else 0,
        entry=session.entry,
        before=last.entry if last and stood else None,
        stood=stood,
    )


def _cancellation(session: Session, last: LastNotice, parties: Mapping[str, Party], told: Told) -> Change | None:
    """None where entry or address are lost and not known in another way."""
    entry = last.entry or session.last_known
    as_answered = {person.id: person for party in parties.values() for person in party.people}
    person = as_answered.get(last.person.id, last.person)  # the address may have been corrected since
    person = person if person.address else last.person
    if entry is None or not person.address:
        return None
    party = parties.get(last.party)
    # Whoever has two entries in one mailbox loses one, and is told that the other stays.
    is_twice = (session.id, person.address.lower()) in told.mailboxes
    why: Why = "stands_twice" if is_twice else _why(session, party)
    if why in ("handed_over", "not_concerned") and told.is_invited_as_another(session, last.person, party):
        why = "another_entry"
    goes_to: tuple[str, ...] = ()
    if why == "handed_over":
        goes_to = _newly_invited(session, parties[last.party], told.notices)
        why = why if goes_to else "not_concerned"
    return Change(
        session=session.id,
        person=person,
        party=last.party,
        is_with_party=session.party is not None,
        sequence=last.sequence + 1,
        entry=entry,
        before=entry,
        stood=True,
        why=why,
        goes_to=goes_to,
    )


def _newly_invited(session: Session, party: Party, notices: Mapping[Key, LastNotice]) -> tuple[str, ...]:
    """The names of those of a party who are to be invited to a session that does not stand in their calendars yet."""
    told = {person.id for person in party.persons if _stands(notices.get((session.id, person.id)))}
    return tuple(person.name for person in party.persons if person.id not in told and person.name)


def _why(session: Session, party: Party | None) -> Why:
    if session.cancelled:
        return "cancelled"
    if session.last_day is None:
        return "without_date"
    if party is None:
        return "not_concerned"
    if party.ends_on is not None and party.ends_on <= session.last_day:
        return "agreement_ended"
    return "handed_over" if should_stand(session, party) and party.persons else "not_concerned"
