"""What registration learns from the others: what became of those whom it erased."""

from __future__ import annotations

from collections.abc import Iterable

from services.registration import tables
from shared.contracts import erasure
from shared.contracts.envelope import Event
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest

consumers = Consumers("registration")


@consumers.on(erasure.FORGOTTEN_IN_PLAN)
def person_in_plan(event: Event[erasure.PersonInPlan]) -> Iterable[Fact]:
    yield Newest(tables.person_in_plan, **event.data.model_dump(mode="json", exclude_none=True))


@consumers.on(erasure.FORGOTTEN_IN_MAILS)
def person_in_mails(event: Event[erasure.PersonInMails]) -> Iterable[Fact]:
    yield Newest(tables.person_in_mails, **event.data.model_dump(mode="json", exclude_none=True))
