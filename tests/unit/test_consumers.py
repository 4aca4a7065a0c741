"""Each handler can read every kind of event that it is registered for, and its facts fit their tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.billing.consumers import consumers as of_billing
from services.notifications.consumers import consumers as of_notifications
from services.registration.consumers import consumers as of_registration
from services.scheduling.consumers import consumers as of_scheduling
from shared.contracts import billing, notifications, registration, scheduling
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.envelope import Entity, Event, EventType
from shared.ids import new_id
from shared.messaging.consume import Consumers
from shared.messaging.facts import Added, Fact

CONSUMERS = (of_registration, of_scheduling, of_billing, of_notifications)

DAY = date(2024, 9, 24)
OF_PARTY: dict[str, Any] = {"version": 1, "programme": "regionalt-2024-2025", "party": "942110464"}
DOCUMENT = OF_PARTY | {
    "series": "s",
    "number": 1,
    "agreement": new_id(),
    "instalment": 1,
    "attempt": 1,
    "amount_ore": 666_667,
    "issued_on": DAY,
}
EXAMPLES: tuple[Entity, ...] = (
    registration.Programme(
        version=1,
        code="regionalt-2024-2025",
        name="Regionalt program",
        period_start=DAY,
        period_end=DAY,
        fee_ore=2_000_000,
        county_branch_fee_ore=0,
        days_to_pay=30,
    ),
    registration.Party(
        version=1,
        organisation_number="942110464",
        kind="municipality",
        name="Volda",
        language_form="nynorsk",
        address=registration.PostalAddress(street="Storgata 1", postal_code="6100", city="Volda"),
    ),
    registration.Application(**OF_PARTY, id=new_id(), state="received"),
    registration.Group(**OF_PARTY, size=4, complete=True, coordinator_elected=True, school_owner_represented=True),
    registration.Agreement(
        **OF_PARTY, id=new_id(), period_start=DAY, period_end=DAY, fee_ore=2_000_000, payer_reference="r"
    ),
    registration.Concern(**OF_PARTY, id=new_id(), agreement=new_id(), raised_by="council", state="raised"),
    scheduling.Session(
        version=1,
        id=new_id(),
        programme="regionalt-2024-2025",
        kind="joint_session",
        format="physical",
        when=scheduling.When(days=scheduling.Days(first=DAY, last=DAY)),
        state="planned",
    ),
    billing.Invoice(**DOCUMENT, due_on=DAY, kid="00010000016"),
    billing.CreditNote(**DOCUMENT, invoice=1, reason="agreement_ended"),
    billing.Release(
        version=1,
        id=new_id(),
        programme="regionalt-2024-2025",
        instalment=1,
        effective_on=DAY,
        withdrawn=False,
        reason="other",
    ),
    notifications.Mail(version=1, id=new_id(), kind="invoice", state="sent"),
)
BY_ENTITY = {type(it): it for it in EXAMPLES}


def example(kind: EventType[Any]) -> Event[Any]:
    return kind.event(BY_ENTITY[kind.entity], id=new_id(), time=datetime(2024, 9, 24, tzinfo=UTC))


def facts(consumers: Consumers, kind: EventType[Any]) -> list[Fact]:
    """What all handlers of this kind make of an example of it."""
    event = example(kind)
    return [fact for handler in consumers.handlers(event) for fact in handler.run(event)]


CONSUMED = [(it, kind) for it in CONSUMERS for kind in EVENT_TYPES if it.handlers(example(kind))]


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
        assert event.data.when.days is not None
        return []

    assert facts(consumers, scheduling.SESSION_EVENTS[0]) == []
    with pytest.raises(AttributeError):
        facts(consumers, billing.INVOICE_ISSUED)
