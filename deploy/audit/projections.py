"""What each projection must say, by the newest event of its entity; stated here anew, and not by its service's handlers.

A column is the entity's field of the same name, unless it says here what it is. A test compares this list with the
projections and columns that there are, so that a new one is not forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from shared.contracts.envelope import Entity
from shared.contracts.erasure import Person, PersonInMails, PersonInPlan
from shared.contracts.notifications import Mail
from shared.contracts.registration import Agreement, Application, Attendance, Group, Party, Programme
from shared.contracts.scheduling import Plan, Session
from shared.when import When
from shared.when_text import when_text

Row = dict[str, Any]
Column = Callable[[Row], Any]  # given the whole event, as JSON

_WHEN = TypeAdapter(When)


@dataclass(frozen=True, kw_only=True)
class Projection:
    entity: type[Entity]
    programme: str | None = (
        "programme"  # the column by which its rows are a programme's; none: they are of no programme
    )
    columns: Mapping[str, Column] = field(default_factory=dict)
    is_kept: Callable[[Row], bool] = lambda _: True  # by the entity: some are of no interest to the service

    def expected(self, event: Row, columns: Iterable[str]) -> Row:
        """What a row with these columns must say of the event's entity."""
        return {it: self.columns[it](event) if it in self.columns else event["data"].get(it) for it in columns}


def _day(name: str) -> Column:
    return lambda event: (event["data"]["when"].get("days") or {}).get(name)


def _last(event: Row) -> str:
    return max(last for _, last in _when(event).ranges()).isoformat()


def _address(name: str) -> Column:
    return lambda event: event["data"]["address"][name]


def _when(event: Row) -> When:
    return _WHEN.validate_python(event["data"]["when"])


def _deleted(event: Row) -> bool:
    """Events from before 0.3 do not say."""
    return bool(event["data"].get("deleted"))


def _by_mail_if_refused(event: Row) -> bool:
    """Events from before 0.3 do not say."""
    return bool(event["data"].get("by_mail_if_refused", True))


def _id(event: Row) -> Any:
    return event["id"]


def _of_news(name: str) -> Column:
    """None of a plan from before plans were published: nobody is written to about it."""
    return lambda event: event[name] if {"published_on", "revised_on"} & event["data"].keys() else None


def _official_name(event: Row) -> Any:
    return event["data"].get("official_name") or event["data"]["name"]


# By service and table.
COMPARED: dict[tuple[str, str], Projection] = {
    ("registration", "session"): Projection(
        entity=Session,
        columns={
            "first_day": _day("first"),
            "last_day": _day("last"),
            "not_before": lambda event: _when(event).earliest.isoformat(),
            "not_after": _last,
        },
    ),
    ("registration", "plan"): Projection(entity=Plan),
    ("scheduling", "programme"): Projection(entity=Programme, programme="code", columns={"deleted": _deleted}),
    ("scheduling", "party"): Projection(entity=Party, programme=None, columns={"deleted": _deleted}),
    ("scheduling", "application"): Projection(entity=Application),
    ("scheduling", "party_group"): Projection(entity=Group),
    ("scheduling", "agreement"): Projection(entity=Agreement),
    ("scheduling", "erased_person"): Projection(entity=Person, programme=None),
    ("registration", "person_in_plan"): Projection(entity=PersonInPlan, programme=None),
    ("registration", "person_in_mails"): Projection(entity=PersonInMails, programme=None),
    ("billing", "programme"): Projection(entity=Programme, programme="code", columns={"event_id": _id}),
    ("billing", "party"): Projection(
        entity=Party,
        programme=None,
        columns={
            "event_id": _id,
            "name": _official_name,
            "by_mail_if_refused": _by_mail_if_refused,
            **{it: _address(it) for it in ("street", "postal_code", "city")},
        },
    ),
    ("billing", "agreement"): Projection(entity=Agreement, columns={"event_id": _id}),
    ("billing", "mail"): Projection(
        entity=Mail,
        columns={"event_id": lambda event: event["data"].get("event")},
        is_kept=lambda mail: mail["kind"] in ("invoice", "credit_note") and mail.get("event") is not None,
    ),
    ("billing", "session"): Projection(
        entity=Session,
        columns={
            "event_id": _id,
            "planned": lambda event: when_text(_when(event)),
            "not_before": lambda event: _when(event).earliest.isoformat(),
            "first_day": _day("first"),
            "last_day": _day("last"),
        },
        is_kept=lambda session: session["kind"] == "joint_session",
    ),
    ("notifications", "programme"): Projection(entity=Programme, programme="code"),
    ("notifications", "party"): Projection(entity=Party, programme=None, columns={"official_name": _official_name}),
    ("notifications", "application"): Projection(entity=Application, columns={"since": lambda event: event["time"]}),
    ("notifications", "agreement"): Projection(entity=Agreement),
    ("notifications", "erased_person"): Projection(entity=Person, programme=None),
    ("notifications", "attendance"): Projection(
        entity=Attendance,
        columns={"until": lambda event: max((it["day"] for it in event["data"]["days"]), default=None)},
    ),
    ("notifications", "session"): Projection(
        entity=Session,
        columns={
            "first_day": _day("first"),
            "last_day": _day("last"),
            "starts_at": _day("starts_at"),
            "ends_at": _day("ends_at"),
            "duration_minutes": lambda event: event["data"]["when"].get("duration_minutes"),
            "cancelled": lambda event: event["data"]["state"] == "cancelled",
            "completed": lambda event: event["data"]["state"] == "completed",
        },
    ),
    ("notifications", "plan"): Projection(
        entity=Plan, columns={"event_id": _of_news("id"), "happened_at": _of_news("time")}
    ),
}
