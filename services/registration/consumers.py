"""What registration learns from the others: all sessions, whose plans are published (R5, R9, S6), and what became of those whom it erased."""

from __future__ import annotations

from collections.abc import Iterable

from services.registration import tables
from shared.contracts import erasure, scheduling
from shared.contracts.envelope import Event
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest

consumers = Consumers("registration")


@consumers.on(*scheduling.SESSION_EVENTS)
def session(event: Event[scheduling.Session]) -> Iterable[Fact]:
    it = event.data
    days, ranges = it.when.days, it.when.ranges()
    yield Newest(
        tables.session,
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        kind=it.kind,
        format=it.format,
        number=it.number,
        title=it.title,
        state=it.state,
        first_day=days.first if days else None,
        last_day=days.last if days else None,
        not_before=min(first for first, _ in ranges),
        not_after=max(last for _, last in ranges),
    )


@consumers.on(*scheduling.PLAN_EVENTS)
def plan(event: Event[scheduling.Plan]) -> Iterable[Fact]:
    """A plan is told of from its publication on."""
    yield Newest(tables.plan, programme=event.data.programme, version=event.data.version)


@consumers.on(erasure.FORGOTTEN_IN_PLAN)
def person_in_plan(event: Event[erasure.PersonInPlan]) -> Iterable[Fact]:
    yield Newest(tables.person_in_plan, **event.data.model_dump(mode="json", exclude_none=True))


@consumers.on(erasure.FORGOTTEN_IN_MAILS)
def person_in_mails(event: Event[erasure.PersonInMails]) -> Iterable[Fact]:
    yield Newest(tables.person_in_mails, **event.data.model_dump(mode="json", exclude_none=True))
