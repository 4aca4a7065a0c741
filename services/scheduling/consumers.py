"""What scheduling learns from registration: programmes, parties, who is in a programme, who advises them, and who was erased."""

from __future__ import annotations

from collections.abc import Iterable

from services.scheduling import tables
from services.scheduling.works import FORGET_PEOPLE, HAND_SESSIONS_ON
from shared.contracts import erasure, registration
from shared.contracts.envelope import Event
from shared.messaging import marks
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest

consumers = Consumers("scheduling")


@consumers.on(*registration.PROGRAMME_EVENTS)
def programme(event: Event[registration.Programme]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.programme,
        code=it.code,
        version=it.version,
        period_start=it.period_start,
        period_end=it.period_end,
        deleted=it.deleted,
        closed_on=it.closed_on,
    )


@consumers.on(*registration.PARTY_EVENTS)
def party(event: Event[registration.Party]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.party,
        organisation_number=it.organisation_number,
        version=it.version,
        name=it.name,
        deleted=it.deleted,
    )


@consumers.on(*registration.APPLICATION_EVENTS)
def application(event: Event[registration.Application]) -> Iterable[Fact]:
    """In a state that is not known here a party is not in the programme, which is only a warning."""
    it = event.data
    yield Newest(
        tables.application, id=it.id, version=it.version, programme=it.programme, party=it.party, state=it.state
    )


@consumers.on(*registration.GROUP_EVENTS)
def group(event: Event[registration.Group]) -> Iterable[Fact]:
    it = event.data
    yield Newest(tables.party_group, programme=it.programme, party=it.party, version=it.version, advisor=it.advisor)


@consumers.on(*registration.AGREEMENT_EVENTS)
def agreement(event: Event[registration.Agreement]) -> Iterable[Fact]:
    """One that another party has taken over has what is planned ahead looked at (R12)."""
    it = event.data
    yield Newest(
        tables.agreement,
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        predecessor=it.predecessor,
        ends_on=it.ends_on,
    )
    if it.predecessor is not None:
        yield from marks.leave(HAND_SESSIONS_ON, it.programme, it.id)


@consumers.on(erasure.PERSON_ERASED)
def person(event: Event[erasure.Person]) -> Iterable[Fact]:
    """Scheduling answers what it holds of whom (N2)."""
    yield Newest(tables.erased_person, id=event.data.id, version=event.data.version)
    yield from marks.leave(FORGET_PEOPLE, event.data.id)
