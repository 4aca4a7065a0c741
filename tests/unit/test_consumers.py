"""Each handler can read every kind of event that it is registered for, and its facts fit their tables."""

from __future__ import annotations

from typing import Any

import pytest

from services.billing.consumers import consumers as of_billing
from services.notifications.consumers import consumers as of_notifications
from services.registration.consumers import consumers as of_registration
from services.scheduling.consumers import consumers as of_scheduling
from shared.contracts import billing, scheduling
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.envelope import Event, EventType
from shared.messaging.consume import Consumers
from shared.messaging.facts import Added, Fact, Newest

CONSUMERS = (of_registration, of_scheduling, of_billing, of_notifications)


def facts(consumers: Consumers, kind: EventType[Any]) -> list[Fact]:
    """What all handlers of this kind make of an example of it."""
    event = kind.example()
    return [fact for handler in consumers.handlers(event) for fact in handler.run(event)]


CONSUMED = [(it, kind) for it in CONSUMERS for kind in EVENT_TYPES if it.handlers(kind.example())]


@pytest.mark.parametrize(
    ("consumers", "kind"), CONSUMED, ids=[f"{it.service}-{kind.publisher}.{kind.name}" for it, kind in CONSUMED]
)
def test_a_handler_reads_what_it_is_registered_for(consumers: Consumers, kind: EventType[Any]) -> None:
    found = facts(consumers, kind)
    assert found
    for fact in found:
        numbered = isinstance(fact, Added)  # by the database
        left_out = [it for it in fact.table.columns if it.name not in fact.row]
        assert fact.row.keys() <= set(fact.table.columns.keys())
        assert all(it.nullable or it.default is not None or (it.primary_key and numbered) for it in left_out)


def test_every_subject_that_is_consumed_has_an_example() -> None:
    """A kind that is registered and not in the catalogue would be left out above."""
    for it in CONSUMERS:
        subjects = {subject for of_publisher in it.filters().values() for subject in of_publisher}
        assert subjects == {kind.filter for consumers, kind in CONSUMED if consumers is it}


def test_a_handler_of_sessions_that_is_registered_for_invoices_is_found_out() -> None:
    consumers = Consumers("toy")

    @consumers.on(*scheduling.SESSION_EVENTS, billing.INVOICE_ISSUED)  # type: ignore[misc]  # the mistake
    def session(event: Event[scheduling.Session]) -> list[Fact]:
        assert event.data.when.earliest
        return []

    assert facts(consumers, scheduling.SESSION_EVENTS[0]) == []
    with pytest.raises(AttributeError):
        facts(consumers, billing.INVOICE_ISSUED)


KEPT_IN_PART = {("billing", "joint_session")}  # of the sessions, which are told as several entities


def test_who_keeps_an_entity_hears_of_all_that_happens_to_it() -> None:
    """A kind that is added and left out would leave an older version standing."""
    for consumers in CONSUMERS:
        heard: dict[str, set[EventType[Any]]] = {}
        for kind in (kind for it, kind in CONSUMED if it is consumers):
            for handler in consumers.handlers(kind.example()):
                if any(isinstance(fact, Newest) for fact in handler.run(kind.example())):
                    heard.setdefault(handler.name, set()).add(kind)
        for name, kinds in heard.items():
            entities = {it.entity for it in kinds}
            if (consumers.service, name) not in KEPT_IN_PART:
                assert kinds == {it for it in EVENT_TYPES if it.entity in entities}, f"{consumers.service}: {name}"
