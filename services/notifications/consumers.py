"""What notifications learns from the other services' events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Literal

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.content import (
    About,
    Agreement,
    Application,
    Attendance,
    Concern,
    DocumentNumber,
    Unbilled,
    UnbookedVisit,
)
from services.notifications.letters.domain.kinds import (
    ATTENDANCE_MISSING,
    COPIES,
    NO_PARTY,
    UNBILLED_REPORT,
    VISIT_UNBOOKED,
)
from services.notifications.mailings.documents import carried
from services.notifications.works import (
    FORGET_PEOPLE,
    look_at_addresses,
    look_at_calendars,
    look_at_mailings,
    look_at_party,
    of_party,
    of_session,
)
from shared.contracts import billing, erasure, registration, scheduling
from shared.contracts.envelope import Event, EventType
from shared.messaging import marks
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, Newest, Present

consumers = Consumers("notifications")

KIND_OF_MAILING: dict[EventType[Any], str] = {
    registration.APPLICATION_RECEIVED: "application_received",
    registration.APPLICATION_ACCEPTED: "application_accepted",
    registration.APPLICATION_WAITLISTED: "application_waiting_list",
    registration.APPLICATION_DECLINED: "application_declined",
    registration.APPLICATION_OFFERED: "application_offered",
    registration.APPLICATION_OFFER_LAPSED: "application_offer_lapsed",
    registration.ADVISOR_ATTACHED: "advisor_attached",
    registration.ADVISOR_DETACHED: "advisor_detached",
    registration.AGREEMENT_SENT: "agreement_to_sign",
    registration.AGREEMENT_SIGNED: "agreement_signed",
    registration.AGREEMENT_AMENDED: "agreement_amended",
    registration.AGREEMENT_CALLED_BACK: "agreement_called_back",
    registration.AGREEMENT_SUCCEEDED: "agreement_succeeded",
    registration.AGREEMENT_ENDED: "agreement_ended",
    registration.AGREEMENT_END_TAKEN_BACK: "agreement_end_taken_back",
    registration.CONCERN_RAISED: "concern_raised",
    registration.CONCERN_RESOLVED: "concern_resolved",
    registration.CONTACT_LIST_EXCHANGED: "contact_list",
    registration.CONTACT_LIST_MISSING: "contact_list_missing",
    billing.INVOICE_ISSUED: "invoice",
    billing.CREDIT_NOTE_ISSUED: "credit_note",
    billing.UNBILLED_REPORTED: UNBILLED_REPORT,
    scheduling.GUIDANCE_VISIT_UNBOOKED: VISIT_UNBOOKED,
    registration.ATTENDANCE_MISSING: ATTENDANCE_MISSING,
}
_KIND_BY_TYPE = {kind.type: name for kind, name in KIND_OF_MAILING.items()}


@consumers.on(*KIND_OF_MAILING)
def mailing(event: Event[Any]) -> Iterable[Fact]:
    if isinstance(event.data, billing.Document) and event.data.delivery_is_told:
        return  # whether and when it goes by mail is told next
    yield from _mailing(event, _KIND_BY_TYPE[event.type])


@consumers.on(billing.DOCUMENT_HANDED_TO_MAIL, billing.DOCUMENT_DELIVERED)
def delivery(event: Event[billing.Delivery]) -> Iterable[Fact]:
    """A document that goes by mail is one; beside one that is delivered as EHF its contact person gets a copy."""
    it = event.data
    it.check_known("kind", "channel")
    if event.type == billing.DOCUMENT_HANDED_TO_MAIL.type:
        yield from _mailing(event, it.kind)
    elif it.channel == "ehf":
        yield from _mailing(event, COPIES[it.kind])


def _mailing(event: Event[Any], kind: str) -> Iterable[Fact]:
    it = event.data
    party = getattr(it, "party", NO_PARTY)
    yield Present(
        tables.mailing,
        kind=kind,
        event_id=event.id,
        programme=it.programme,
        party=party,
        about=contents.store_about(about(it)),
        happened_at=event.time,
    )
    yield from look_at_mailings(it.programme, party or None)


def about(entity: Any) -> About:  # noqa: C901, PLR0911 - a case for each entity
    """What a mailing needs to know of an event's entity.

    A mail puts codes into words. Raises UnknownCode for one that is not known here: the words would be the wrong ones.
    """
    match entity:
        case registration.Application():
            answer = Application(
                waiting_list_place=entity.waiting_list_place,
                replaces=entity.replaces,
                offered_until=entity.offered_until,
            )
            return About(application=answer)
        case registration.Agreement():
            entity.check_known("kind_of_end")
            agreement = Agreement(
                id=entity.id,
                period_start=entity.period_start,
                period_end=entity.period_end,
                signed_on=entity.signed_on,
                ends_on=entity.ends_on,
                kind_of_end=entity.kind_of_end,
                fee_ore=entity.fee_ore,
                payer_reference=entity.payer_reference,
                order_reference=entity.order_reference,
                accounting_cost=entity.accounting_cost,
                fingerprint=entity.fingerprint,
            )
            return About(agreement=agreement)
        case registration.Group() | registration.ContactList():
            return About()  # who its advisor is, and who stands on the list, registration is asked
        case registration.Concern():
            entity.check_known("raised_by")
            return About(concern=Concern(raised_by=entity.raised_by))
        case registration.MissingAttendance():
            attendance = Attendance(
                session=entity.session, first_day=entity.first_day, last_day=entity.last_day, stage=entity.stage
            )
            return About(attendance=attendance)
        case billing.Invoice():
            which = DocumentNumber(kind="invoice", series=entity.series, number=entity.number)
            return About(document=which, issued=carried(entity))
        case billing.CreditNote():
            entity.check_known("reason")
            which = DocumentNumber(kind="credit_note", series=entity.series, number=entity.number)
            return About(document=which, issued=carried(entity))
        case billing.Delivery():
            kind: Literal["invoice", "credit_note"] = "invoice" if entity.kind == "invoice" else "credit_note"
            return About(document=DocumentNumber(kind=kind, series=entity.series, number=entity.number))
        case billing.UnbilledReport():
            monday = date.fromisoformat(f"{entity.week}-1")
            return About(unbilled=Unbilled(monday=monday, sunday=monday + timedelta(days=6)))
        case scheduling.UnbookedVisit():
            visit = UnbookedVisit(number=entity.number, first=entity.window_first, last=entity.window_last)
            return About(visit=visit)
    msg = f"no mailing is about {type(entity).__name__}"
    raise TypeError(msg)


@consumers.on(*registration.PROGRAMME_EVENTS)
def programme(event: Event[registration.Programme]) -> Iterable[Fact]:
    it = event.data
    yield Newest(tables.programme, code=it.code, version=it.version, name=it.name, closed_on=it.closed_on)
    yield from look_at_mailings(it.code)
    yield from look_at_calendars(it.code)


@consumers.on(*registration.PARTY_EVENTS)
def party(event: Event[registration.Party]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.party,
        organisation_number=it.organisation_number,
        version=it.version,
        kind=it.kind,
        name=it.name,
        official_name=it.official_name or it.name,
        language_form=it.language_form,
    )
    yield from look_at_party(it.organisation_number)


@consumers.on(*registration.APPLICATION_EVENTS)
def application(event: Event[registration.Application]) -> Iterable[Fact]:
    """Its state decides who is invited: on a code that is not known here nobody's calendar is cleared."""
    it = event.data
    it.check_known("state")
    yield Newest(
        tables.application,
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        state=it.state,
        since=event.time,
    )
    yield from _look_at_people(it.programme, it.party)


@consumers.on(*registration.GROUP_EVENTS)
def group(event: Event[registration.Group]) -> Iterable[Fact]:
    """Other people may hear for the party from now on, or at other addresses. No event says who: registration is asked (N2)."""
    yield from _look_at_people(event.data.programme, event.data.party)
    yield from look_at_addresses(event.data.programme, event.data.party)


@consumers.on(registration.ATTENDANCE_RECORDED)
def attendance(event: Event[registration.Attendance]) -> Iterable[Fact]:
    """What is recorded is not asked for any more."""
    it = event.data
    days = [one.day for one in it.days]
    yield Newest(
        tables.attendance,
        session=it.session,
        party=it.party,
        version=it.version,
        programme=it.programme,
        until=max(days) if days else None,
    )


@consumers.on(*registration.AGREEMENT_EVENTS)
def agreement(event: Event[registration.Agreement]) -> Iterable[Fact]:
    it = event.data
    yield Newest(
        tables.agreement,
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        predecessor=it.predecessor,
        called_back_on=it.called_back_on,
        ends_on=it.ends_on,
    )
    yield from look_at_calendars(it.programme, of_party(it.party))
    if it.predecessor is not None:
        yield from _look_at_people(it.programme, it.predecessor)


@consumers.on(*scheduling.SESSION_EVENTS)
def session(event: Event[scheduling.Session]) -> Iterable[Fact]:
    """In a state that is not known here a session stays in the calendars; mails leave out a format that is not known here."""
    it = event.data
    days = it.when.days
    yield Newest(
        tables.session,
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        kind=it.kind,
        number=it.number,
        format=it.format,
        first_day=days.first if days else None,
        last_day=days.last if days else None,
        starts_at=days.starts_at if days else None,
        ends_at=days.ends_at if days else None,
        duration_minutes=it.when.duration_minutes,
        cancelled=it.state == "cancelled",
        completed=it.state == "completed",
    )
    yield from look_at_calendars(it.programme, of_session(it.id))


@consumers.on(*scheduling.PLAN_EVENTS)
def plan(event: Event[scheduling.Plan]) -> Iterable[Fact]:
    """Once it is published, people are invited (S6). Of one from before plans were published nobody is written to."""
    it = event.data
    is_news = it.published_on is not None or it.revised_on is not None
    yield Newest(
        tables.plan,
        programme=it.programme,
        version=it.version,
        revision=it.revision,
        reason=it.reason,
        event_id=event.id if is_news else None,
        happened_at=event.time if is_news else None,
    )
    yield from look_at_calendars(it.programme)
    if is_news:
        yield from look_at_mailings(it.programme)


@consumers.on(erasure.PERSON_ERASED)
def person(event: Event[erasure.Person]) -> Iterable[Fact]:
    """Nobody writes to them any more, and what says who they were is emptied (N2)."""
    yield Newest(tables.erased_person, id=event.data.id, version=event.data.version)
    yield from marks.leave(FORGET_PEOPLE, event.data.id)


def _look_at_people(programme: str, party: str) -> Iterable[Fact]:
    """Have mailings without a recipient, and the party's calendars, looked at again."""
    yield from look_at_mailings(programme, party)
    yield from look_at_calendars(programme, of_party(party))
