"""Events as the services publish them, a line each: `signed(1)`, `ended(1, ends_on=…)`, `completed(2)`.

The number `n` says which party, agreement, session … it is, so that those of one number belong together. Whatever a test
is not about has a sound default; `**changes` are to the fields of the entity that the event carries.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from stdnum.no import orgnr

from shared.contracts import billing, registration, scheduling
from shared.contracts.billing import Content, CreditNote, Delivery, Document, Invoice, UnbilledReport, Waiver
from shared.contracts.envelope import Entity, Event, EventType
from shared.contracts.erasure import PERSON_ERASED, Person
from shared.contracts.registration import (
    ActorsByField,
    Agreement,
    Application,
    Attendance,
    AttendanceDay,
    Concern,
    ContactList,
    DevelopmentPlan,
    Group,
    Mapping,
    MissingAttendance,
    Party,
    Phases,
    PostalAddress,
    Programme,
)
from shared.contracts.scheduling import Happened, Plan, Session, UnbookedVisit
from shared.ids import new_id
from shared.when import Days, When

E = TypeVar("E", bound=Entity)

PROGRAMME, PROGRAMME_NAME = "regionalt-2024-2025", "Fremtidens kulturskole"
AT = datetime(2024, 9, 1, 12, tzinfo=UTC)  # when all of it happened
# By instalment, the last day of the session that carries it.
DAYS = {1: date(2024, 9, 25), 2: date(2025, 2, 20), 3: date(2025, 9, 12)}


@cache
def organisation_number(n: int) -> str:
    """Its last digit checks the others, and they are in the order of `n`."""
    numbers = (f"{900_000_000 + 20 * n + last}" for last in range(20))
    return next(it for it in numbers if orgnr.is_valid(it))


def agreement_id(n: int) -> str:
    return f"0000000a-0000-7000-8000-{n:012}"


def session_id(n: int) -> str:
    return f"0000000b-0000-7000-8000-{n:012}"


def application_id(n: int) -> str:
    return f"0000000c-0000-7000-8000-{n:012}"


def concern_id(n: int) -> str:
    return f"0000000d-0000-7000-8000-{n:012}"


def waiver_id(n: int) -> str:
    return f"0000000e-0000-7000-8000-{n:012}"


# Events of registration.


def programme(code: str = PROGRAMME, version: int = 1, **changes: Any) -> Event[Programme]:
    fields: dict[str, Any] = {
        "code": code,
        "name": PROGRAMME_NAME,
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "fee_ore": 2_000_000,
        "county_branch_fee_ore": 2_000_000,
        "days_to_pay": 30,
    }
    kind = registration.PROGRAMME_OPENED if version == 1 else registration.PROGRAMME_CHANGED
    return _event(kind, Programme(version=version, **(fields | changes)))


def programme_closed(code: str = PROGRAMME, version: int = 2, **changes: Any) -> Event[Programme]:
    it = programme(code, version, **({"closed_on": AT.date()} | changes)).data
    return _event(registration.PROGRAMME_CLOSED, it)


def party(n: int, version: int = 1, **changes: Any) -> Event[Party]:
    fields: dict[str, Any] = {
        "organisation_number": organisation_number(n),
        "kind": "municipality",
        "name": f"Kommune {n}",
        "language_form": "bokmål",
        "address": PostalAddress(street=f"Gata {n}", postal_code="7010", city="Trondheim"),
    }
    kind = registration.PARTY_REGISTERED if version == 1 else registration.PARTY_CHANGED
    return _event(kind, Party(version=version, **(fields | changes)))


def application(kind: EventType[Application], n: int, version: int, **changes: Any) -> Event[Application]:
    state = kind.name.removeprefix("application.").replace("waitlisted", "waiting_list")
    fields = _in_programme(n) | {"id": application_id(n), "state": state}
    return _event(kind, Application(version=version, **(fields | changes)))


def received(n: int, **changes: Any) -> Event[Application]:
    return application(registration.APPLICATION_RECEIVED, n, 1, **changes)


def accepted(n: int, **changes: Any) -> Event[Application]:
    return application(registration.APPLICATION_ACCEPTED, n, 2, **changes)


def withdrawn(n: int, version: int = 3, **changes: Any) -> Event[Application]:
    return application(registration.APPLICATION_WITHDRAWN, n, version, **changes)


def contact_list_exchanged(n: int, version: int = 1, **changes: Any) -> Event[ContactList]:
    fields = _in_programme(n) | {"exchanged_on": date(2024, 7, 18), "complete": True}
    return _event(registration.CONTACT_LIST_EXCHANGED, ContactList(version=version, **(fields | changes)))


def contact_list_missing(n: int, version: int = 1, *, asked_before: int = 30) -> Event[ContactList]:
    fields = _in_programme(n) | {"complete": False, "asked_before": asked_before}
    return _event(registration.CONTACT_LIST_MISSING, ContactList(version=version, **fields))


def group_changed(n: int, version: int = 1, **changes: Any) -> Event[Group]:
    fields = {"size": 4, "complete": True, "coordinator_elected": True, "school_owner_represented": True}
    return _event(registration.GROUP_CHANGED, Group(version=version, **(_in_programme(n) | fields | changes)))


def mapping_recorded(n: int, version: int = 1, **changes: Any) -> Event[Mapping]:
    fields: dict[str, Any] = {"actors": 2, "fields": ActorsByField(culture=1, education=1)}
    return _event(registration.MAPPING_RECORDED, Mapping(version=version, **(_in_programme(n) | fields | changes)))


def development_plan_changed(n: int, version: int = 1, **changes: Any) -> Event[DevelopmentPlan]:
    phases = dict.fromkeys(Phases.model_fields, "not_begun") | {"needs": "in_progress"}
    fields: dict[str, Any] = {"has_focus": True, "phases": Phases.model_validate(phases), "notes": 1}
    plan = DevelopmentPlan(version=version, **(_in_programme(n) | fields | changes))
    return _event(registration.DEVELOPMENT_PLAN_CHANGED, plan)


def agreement(kind: EventType[Agreement], n: int, version: int, **changes: Any) -> Event[Agreement]:
    """An agreement that is signed, unless the event is that it was sent."""
    fields = _in_programme(n) | {
        "id": agreement_id(n),
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "signed_on": None if kind is registration.AGREEMENT_SENT else date(2024, 8, 20),
        "fee_ore": 2_000_000,
        "payer_reference": f"ref-{n}",
    }
    return _event(kind, Agreement(version=version, **(fields | changes)))


def sent(n: int, **changes: Any) -> Event[Agreement]:
    return agreement(registration.AGREEMENT_SENT, n, 1, **changes)


def signed(n: int, version: int = 2, **changes: Any) -> Event[Agreement]:
    return agreement(registration.AGREEMENT_SIGNED, n, version, **changes)


def amended(n: int, version: int = 3, **changes: Any) -> Event[Agreement]:
    return agreement(registration.AGREEMENT_AMENDED, n, version, **changes)


def called_back(n: int, version: int = 2, **changes: Any) -> Event[Agreement]:
    fields: dict[str, Any] = {"signed_on": None, "called_back_on": AT.date()}
    return agreement(registration.AGREEMENT_CALLED_BACK, n, version, **(fields | changes))


def succeeded(n: int, by: int, version: int = 3, **changes: Any) -> Event[Agreement]:
    """The agreement of `n` is another party's from now on."""
    fields: dict[str, Any] = {"party": organisation_number(by), "predecessor": organisation_number(n)}
    return agreement(registration.AGREEMENT_SUCCEEDED, n, version, **(fields | changes))


def ended(n: int, ends_on: date, version: int = 3, **changes: Any) -> Event[Agreement]:
    fields: dict[str, Any] = {"ends_on": ends_on, "kind_of_end": "agreed"}
    return agreement(registration.AGREEMENT_ENDED, n, version, **(fields | changes))


def end_taken_back(n: int, version: int = 4, **changes: Any) -> Event[Agreement]:
    return agreement(registration.AGREEMENT_END_TAKEN_BACK, n, version, **changes)


def concern_raised(n: int, **changes: Any) -> Event[Concern]:
    fields = _in_programme(n) | {
        "id": concern_id(n),
        "agreement": agreement_id(n),
        "raised_by": "council",
        "state": "raised",
    }
    return _event(registration.CONCERN_RAISED, Concern(version=1, **(fields | changes)))


def attendance(n: int, session: int = 1, version: int = 1, **changes: Any) -> Event[Attendance]:
    """Four of `n` were at a session of two days, both of them."""
    days = [DAYS[session] - timedelta(days=1), DAYS[session]]
    counted = tuple(AttendanceDay(day=it, expected=4, present=4, school_owner_present=True) for it in days)
    fields = _in_programme(n) | {"session": session_id(session), "days": counted}
    return _event(registration.ATTENDANCE_RECORDED, Attendance(version=version, **(fields | changes)))


def attendance_missing(n: int, session: int = 1, stage: int = 1, **changes: Any) -> Event[MissingAttendance]:
    last = DAYS[session]
    fields = _in_programme(n) | {
        "session": session_id(session),
        "first_day": last - timedelta(days=1),
        "last_day": last,
    }
    it = MissingAttendance(version=stage, stage=stage, **(fields | changes))
    return _event(registration.ATTENDANCE_MISSING, it)


# Events of scheduling.


def person_erased(id: str) -> Event[Person]:
    return _event(PERSON_ERASED, Person(version=1, id=id))


def session(happened: Happened = "planned", n: int = 1, version: int = 1, **changes: Any) -> Event[Session]:
    """What happened to a session of two days; `last_day` moves it, and is None where only its month is known.

    Unless `changes` say otherwise it is a physical joint session, and those numbered 1 to 3 carry the instalments.
    """
    last = changes.pop("last_day", DAYS.get(n, DAYS[1]))
    fields: dict[str, Any] = {
        "id": session_id(n),
        "programme": PROGRAMME,
        "kind": "joint_session",
        "format": "physical",
        "when": When(days=Days(first=last - timedelta(days=1), last=last)) if last else When(months=("2025-01",)),
        "state": {"cancelled": "cancelled", "completed": "completed"}.get(happened, "planned"),
    }
    if changes.get("kind", "joint_session") == "joint_session":
        number = 2 * n - 1
        fields |= {"title": f"Fellessamling {number}", "number": number, "place": "Kimen, Stjørdal"}
        fields |= {"venue": "Kimen", "city": "Stjørdal"}
        fields["instalment"] = n if n in DAYS else None
    it = Session(version=version, **(fields | changes))
    return _event(scheduling.session_event(it, happened), it)


def completed(n: int, version: int = 2, **changes: Any) -> Event[Session]:
    return session("completed", n, version, **changes)


def completion_revoked(n: int, version: int = 3, **changes: Any) -> Event[Session]:
    return session("completion_revoked", n, version, **changes)


def plan_published(code: str = PROGRAMME, version: int = 1, **changes: Any) -> Event[Plan]:
    """Unless `published_on` is said, one from before plans were published: people are invited, and nobody is written to of it."""
    fields: dict[str, Any] = {"revision": version, "sessions": 3}
    return _event(scheduling.PLAN_PUBLISHED, Plan(programme=code, version=version, **(fields | changes)))


def plan_revised(code: str = PROGRAMME, version: int = 2, **changes: Any) -> Event[Plan]:
    fields: dict[str, Any] = {"revision": version, "published_on": AT.date(), "revised_on": AT.date(), "sessions": 3}
    fields |= {"reason": "postponed", "changed": 1}
    return _event(scheduling.PLAN_REVISED, Plan(programme=code, version=version, **(fields | changes)))


def visit_unbooked(n: int, version: int = 1, **changes: Any) -> Event[UnbookedVisit]:
    """That the second visit of a party is not booked."""
    fields: dict[str, Any] = {"number": 2, "window_first": date(2025, 1, 6), "window_last": date(2025, 2, 2)}
    it = UnbookedVisit(programme=PROGRAMME, party=organisation_number(n), version=version, **(fields | changes))
    return _event(scheduling.GUIDANCE_VISIT_UNBOOKED, it)


# Events of billing.


def invoice(n: int, number: int = 1, **changes: Any) -> Event[Invoice]:
    fields = _document(n, number, "invoices") | {"content": _content(Invoice)}
    fields |= {"due_on": date(2024, 10, 31), "kid": "1042007"}
    it = Invoice(**fields | changes)
    return _event(billing.INVOICE_ISSUED, it)


def credit_note(n: int, number: int = 1, **changes: Any) -> Event[CreditNote]:
    fields = _document(n, number, "credit-notes") | {"content": _content(CreditNote)}
    fields |= {"invoice": 1, "reason": "agreement_ended"}
    it = CreditNote(**fields | changes)
    return _event(billing.CREDIT_NOTE_ISSUED, it)


def delivery(happened: EventType[Delivery], n: int, number: int = 1, **changes: Any) -> Event[Delivery]:
    """Of an invoice, unless `changes` say otherwise."""
    by_mail = happened is billing.DOCUMENT_HANDED_TO_MAIL
    fields = _in_programme(n) | {"series": f"{PROGRAMME}/invoices", "number": number, "kind": "invoice"}
    fields |= {"document_number": f"FK1-{number}", "channel": "mail" if by_mail else "ehf"}
    return _event(happened, Delivery(version=1, **(fields | changes)))


def waived(n: int, instalment: int, version: int = 1, **changes: Any) -> Event[Waiver]:
    """Withdrawn where its version is even."""
    withdrawn = version % 2 == 0
    fields = _in_programme(n) | {
        "id": waiver_id(10 * n + instalment),
        "agreement": agreement_id(n),
        "instalment": instalment,
        "reason": "other",
        "withdrawn": withdrawn,
    }
    kind = billing.INSTALMENT_WAIVER_WITHDRAWN if withdrawn else billing.INSTALMENT_WAIVED
    return _event(kind, Waiver(version=version, **(fields | changes)))


def unbilled_reported(week: str = "2024-W43", **changes: Any) -> Event[UnbilledReport]:
    fields: dict[str, Any] = {"programme": PROGRAMME, "week": week, "unbilled": 1, "late": 0, "not_completed": 0}
    return _event(billing.UNBILLED_REPORTED, UnbilledReport(version=1, **(fields | changes)))


def _document(n: int, number: int, series: str) -> dict[str, Any]:
    return _in_programme(n) | {
        "version": 1,
        "series": f"{PROGRAMME}/{series}",
        "number": number,
        "agreement": agreement_id(n),
        "instalment": 1,
        "attempt": 1,
        "session": session_id(1),
        "amount_ore": 666_667,
        "issued_on": date(2024, 10, 1),
    }


def _content(kind: type[Document]) -> Content:
    return Content.model_validate_json(json.dumps(kind.example["content"]))


def _in_programme(n: int) -> dict[str, Any]:
    return {"programme": PROGRAMME, "party": organisation_number(n)}


def _event(kind: EventType[E], entity: E) -> Event[E]:
    return kind.event(entity, id=new_id(), time=AT)
