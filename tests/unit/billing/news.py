"""The events that billing consumes, a line each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts import registration, scheduling
from shared.contracts.envelope import Event
from shared.contracts.registration import Agreement, Party, PostalAddress, Programme
from shared.contracts.scheduling import Happened, Session
from shared.ids import new_id
from shared.when import Days, When

PROGRAMME = "regionalt-2024-2025"
DAYS = {1: date(2024, 9, 25), 2: date(2025, 2, 20), 3: date(2025, 9, 12)}
AT = datetime(2025, 12, 1, 12, tzinfo=UTC)


def agreement_id(n: int) -> str:
    return f"0000000a-0000-7000-8000-{n:012}"


def session_id(n: int) -> str:
    return f"0000000b-0000-7000-8000-{n:012}"


def organisation_number(n: int) -> str:
    return f"{900_000_000 + n}"


def programme(code: str = PROGRAMME, version: int = 1, **changes: Any) -> Event[Programme]:
    fields: dict[str, Any] = {
        "code": code,
        "name": "Fremtidens kulturskole",
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "fee_ore": 2_000_000,
        "county_branch_fee_ore": 2_000_000,
        "days_to_pay": 30,
    }
    kind = registration.PROGRAMME_OPENED if version == 1 else registration.PROGRAMME_CHANGED
    return kind.event(Programme(version=version, **(fields | changes)), id=new_id(), time=AT)


def party(n: int, version: int = 1, **changes: Any) -> Event[Party]:
    fields: dict[str, Any] = {
        "organisation_number": organisation_number(n),
        "kind": "municipality",
        "name": f"Kommune {n}",
        "language_form": "bokmål",
        "address": PostalAddress(street=f"Gata {n}", postal_code="7010", city="Trondheim"),
    }
    kind = registration.PARTY_REGISTERED if version == 1 else registration.PARTY_CHANGED
    return kind.event(Party(version=version, **(fields | changes)), id=new_id(), time=AT)


def signed(n: int, version: int = 2, **changes: Any) -> Event[Agreement]:
    """Version 1 is the agreement as it was sent."""
    return registration.AGREEMENT_SIGNED.event(_agreement(n, version, **changes), id=new_id(), time=AT)


def sent(n: int, **changes: Any) -> Event[Agreement]:
    it = _agreement(n, 1, **({"signed_on": None} | changes))
    return registration.AGREEMENT_SENT.event(it, id=new_id(), time=AT)


def ended(n: int, ends_on: date, version: int = 3, **changes: Any) -> Event[Agreement]:
    it = _agreement(n, version, ends_on=ends_on, kind_of_end="agreed", **changes)
    return registration.AGREEMENT_ENDED.event(it, id=new_id(), time=AT)


def end_taken_back(n: int, version: int = 4, **changes: Any) -> Event[Agreement]:
    return registration.AGREEMENT_END_TAKEN_BACK.event(_agreement(n, version, **changes), id=new_id(), time=AT)


def _agreement(n: int, version: int, **changes: Any) -> Agreement:
    fields: dict[str, Any] = {
        "id": agreement_id(n),
        "programme": PROGRAMME,
        "party": organisation_number(n),
        "period_start": date(2024, 8, 1),
        "period_end": date(2025, 12, 31),
        "signed_on": date(2024, 8, 20),
        "fee_ore": 2_000_000,
        "payer_reference": f"ref-{n}",
    }
    return Agreement(version=version, **(fields | changes))


def session(
    happened: Happened, n: int, version: int = 1, last_day: date | None = None, **changes: Any
) -> Event[Session]:
    """What happened to the physical joint session that carries instalment n."""
    last = last_day or DAYS[n]
    fields: dict[str, Any] = {
        "id": session_id(n),
        "programme": PROGRAMME,
        "kind": "joint_session",
        "format": "physical",
        "title": f"Fellessamling {2 * n - 1}",
        "number": 2 * n - 1,
        "instalment": n,
        "when": When(days=Days(first=last - timedelta(days=1), last=last)),
        "place": "Stjørdal",
        "state": "planned",
    }
    it = Session(version=version, **(fields | changes))
    return scheduling.session_event(it, happened).event(it, id=new_id(), time=AT)


def completed(n: int, version: int = 2, last_day: date | None = None, **changes: Any) -> Event[Session]:
    """Version 1 is the session as it was planned."""
    return session("completed", n, version, last_day, state="completed", **changes)


def completion_revoked(n: int, version: int = 3, **changes: Any) -> Event[Session]:
    return session("completion_revoked", n, version, **changes)
