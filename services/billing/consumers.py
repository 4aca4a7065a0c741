"""What billing learns from the other services' events."""

from __future__ import annotations

from collections.abc import Iterable

from services.billing import tables
from services.billing.works import look_again, look_again_for, look_at_party
from shared.contracts import notifications, registration, scheduling
from shared.contracts.envelope import Event
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest
from shared.when_text import when_text

consumers = Consumers("billing")


@consumers.on(*registration.PROGRAMME_EVENTS)
def programme(event: Event[registration.Programme]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.programme,
        code=it.code,
        version=it.version,
        event_id=event.id,
        name=it.name,
        days_to_pay=it.days_to_pay,
        period_start=it.period_start,
        period_end=it.period_end,
        closed_on=it.closed_on,
    )
    yield from look_again(it.code)


@consumers.on(*registration.PARTY_EVENTS)
def party(event: Event[registration.Party]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.party,
        organisation_number=it.organisation_number,
        version=it.version,
        event_id=event.id,
        name=it.official_name or it.name,
        street=it.address.street,
        postal_code=it.address.postal_code,
        city=it.address.city,
        language_form=it.language_form,
        invoice_endpoint=it.invoice_endpoint,
        takes_invoices_by=it.takes_invoices_by,
        by_mail_if_refused=it.by_mail_if_refused,
    )
    yield from look_at_party(it.organisation_number)


@consumers.on(*registration.AGREEMENT_EVENTS)
def agreement(event: Event[registration.Agreement]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.agreement,
        id=it.id,
        version=it.version,
        event_id=event.id,
        programme=it.programme,
        party=it.party,
        fee_ore=it.fee_ore,
        payer_reference=it.payer_reference,
        order_reference=it.order_reference,
        accounting_cost=it.accounting_cost,
        signed_on=it.signed_on,
        called_back_on=it.called_back_on,
        ends_on=it.ends_on,
    )
    yield from look_again(it.programme, agreement=it.id)


@consumers.on(*scheduling.JOINT_SESSION_EVENTS)
def joint_session(event: Event[scheduling.Session]) -> Iterable[Fact]:
    """State and format decide what is invoiced and credited: an event with a code that is not known here is parked."""
    it = event.data
    it.check_known("state", "format")
    days = it.when.days
    yield Newest(
        tables.session,
        id=it.id,
        version=it.version,
        event_id=event.id,
        programme=it.programme,
        format=it.format,
        state=it.state,
        instalment=it.instalment,
        title=it.title,
        place=it.place,
        venue=it.venue,
        city=it.city,
        planned=when_text(it.when),
        not_before=it.when.earliest,
        first_day=days.first if days else None,
        last_day=days.last if days else None,
    )
    yield from look_again_for(it.programme, it.id)


@consumers.on(notifications.MAIL_SENT, notifications.MAIL_FAILED)
def mail(event: Event[notifications.Mail]) -> Iterable[Fact]:
    """Of what brings a document: one that goes by mail is delivered once its mail is sent."""
    it = event.data
    it.check_known("state")
    if it.kind in ("invoice", "credit_note") and it.programme is not None and it.event is not None:
        told = {"programme": it.programme, "event_id": it.event, "state": it.state}
        yield Newest(tables.mail, id=it.id, version=it.version, **told)
