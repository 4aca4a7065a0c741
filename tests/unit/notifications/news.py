"""The events that notifications consumes, a line each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from shared.contracts import billing, registration, scheduling
from shared.contracts.billing import CreditNote, Invoice
from shared.contracts.envelope import Event, EventType
from shared.contracts.registration import Agreement, Application, Concern, Group, Party, PostalAddress, Programme
from shared.contracts.scheduling import Happened, Session
from shared.ids import new_id
from shared.when import Days, When

PROGRAMME = "regionalt-2024-2025"
NAME = "Fremtidens kulturskole"
AT = datetime(2024, 9, 1, 12, tzinfo=UTC)
DAY = date(2024, 9, 25)  # the last of the session, if not told otherwise
LATER = DAY + timedelta(days=7)


def organisation_number(n: int) -> str:
    return f"{900_000_000 + n}"


def id_of(what: Literal["agreement", "application", "concern", "session"], n: int) -> str:
    kind = {"agreement": "a", "application": "b", "concern": "c", "session": "d"}[what]
    return f"0000000{kind}-0000-7000-8000-{n:012}"


def programme(code: str = PROGRAMME, version: int = 1, **changes: Any) -> Event[Programme]:
    fields: dict[str, Any] = {
        "code": code,
        "name": NAME,
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "fee_ore": 2_000_000,
        "county_branch_fee_ore": 2_000_000,
        "days_to_pay": 30,
    }
    return registration.PROGRAMME_OPENED.event(Programme(version=version, **(fields | changes)), id=new_id(), time=AT)


def party(n: int, version: int = 1, **changes: Any) -> Event[Party]:
    fields: dict[str, Any] = {
        "organisation_number": organisation_number(n),
        "kind": "municipality",
        "name": f"Kommune {n}",
        "language_form": "bokmål",
        "address": PostalAddress(street=f"Gata {n}", postal_code="7010", city="Trondheim"),
    }
    return registration.PARTY_REGISTERED.event(Party(version=version, **(fields | changes)), id=new_id(), time=AT)


def application(kind: EventType[Application], n: int, version: int, **changes: Any) -> Event[Application]:
    state = kind.name.removeprefix("application.").replace("waitlisted", "waiting_list")
    fields = {"id": id_of("application", n), "state": state} | _whose(n) | changes
    return kind.event(Application(version=version, **fields), id=new_id(), time=AT)


def received(n: int, **changes: Any) -> Event[Application]:
    return application(registration.APPLICATION_RECEIVED, n, 1, **changes)


def accepted(n: int, **changes: Any) -> Event[Application]:
    return application(registration.APPLICATION_ACCEPTED, n, 2, **changes)


def group_changed(n: int, version: int = 1, **changes: Any) -> Event[Group]:
    fields = {"size": 4, "complete": True, "coordinator_elected": True, "school_owner_represented": True}
    it = Group(version=version, **(fields | _whose(n) | changes))
    return registration.GROUP_CHANGED.event(it, id=new_id(), time=AT)


def agreement(kind: EventType[Agreement], n: int, version: int, **changes: Any) -> Event[Agreement]:
    fields: dict[str, Any] = {
        "id": id_of("agreement", n),
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "signed_on": None,
        "fee_ore": 2_000_000,
        "payer_reference": f"ref-{n}",
    }
    return kind.event(Agreement(version=version, **(fields | _whose(n) | changes)), id=new_id(), time=AT)


def signed(n: int, version: int = 2, **changes: Any) -> Event[Agreement]:
    """Version 1 is the agreement as it was sent."""
    return agreement(registration.AGREEMENT_SIGNED, n, version, **({"signed_on": date(2024, 8, 20)} | changes))


def ended(n: int, ends_on: date, version: int = 3) -> Event[Agreement]:
    return agreement(registration.AGREEMENT_ENDED, n, version, ends_on=ends_on, kind_of_end="agreed")


def concern_raised(n: int) -> Event[Concern]:
    it = Concern(
        id=id_of("concern", n),
        version=1,
        agreement=id_of("agreement", n),
        raised_by="council",
        state="raised",
        **_whose(n),
    )
    return registration.CONCERN_RAISED.event(it, id=new_id(), time=AT)


def _document(n: int, number: int, series: str) -> dict[str, Any]:
    return _whose(n) | {
        "version": 1,
        "series": f"{PROGRAMME}/{series}",
        "number": number,
        "agreement": id_of("agreement", n),
        "instalment": 1,
        "attempt": 1,
        "session": id_of("session", 1),
        "amount_ore": 666_667,
        "issued_on": date(2024, 10, 1),
    }


def invoice(n: int, number: int = 1) -> Event[Invoice]:
    it = Invoice(due_on=date(2024, 10, 31), kid="1042007", **_document(n, number, "invoices"))
    return billing.INVOICE_ISSUED.event(it, id=new_id(), time=AT)


def credit_note(n: int, number: int = 1) -> Event[CreditNote]:
    it = CreditNote(invoice=1, reason="agreement_ended", **_document(n, number, "credit-notes"))
    return billing.CREDIT_NOTE_ISSUED.event(it, id=new_id(), time=AT)


def session(
    happened: Happened = "planned", n: int = 1, version: int = 1, last_day: date | None = DAY, **changes: Any
) -> Event[Session]:
    """What happened to a physical joint session; without a last day only its month is known."""
    days = Days(first=last_day - timedelta(days=1), last=last_day) if last_day else None
    fields: dict[str, Any] = {
        "id": id_of("session", n),
        "programme": PROGRAMME,
        "kind": "joint_session",
        "format": "physical",
        "title": f"Fellessamling {n}",
        "when": When(days=days) if days else When(months=("2025-01",)),
        "state": {"cancelled": "cancelled", "completed": "completed"}.get(happened, "planned"),
    }
    it = Session(version=version, **(fields | changes))
    return scheduling.session_event(it, happened).event(it, id=new_id(), time=AT)


def _whose(n: int) -> dict[str, Any]:
    return {"programme": PROGRAMME, "party": organisation_number(n)}
