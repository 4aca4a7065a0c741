"""What scheduling learns from registration: which programmes, with their periods, and parties there are."""

from __future__ import annotations

from collections.abc import Iterable

from services.scheduling import tables
from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest

consumers = Consumers("scheduling")


@consumers.on(registration.PROGRAMME_OPENED, registration.PROGRAMME_CHANGED)
def programme(event: Event[registration.Programme]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.programme, code=it.code, version=it.version, period_start=it.period_start, period_end=it.period_end
    )


@consumers.on(registration.PARTY_REGISTERED, registration.PARTY_CHANGED)
def party(event: Event[registration.Party]) -> Iterable[Fact]:
    it = event.data
    yield Newest(tables.party, organisation_number=it.organisation_number, version=it.version)
