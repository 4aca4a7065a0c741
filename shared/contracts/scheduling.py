"""What scheduling tells: the sessions of a plan, each with the precision of its date (S2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode, Value

PUBLISHER = "scheduling"

Kind = Literal[
    "joint_session",
    "coordinator_meeting",
    "guidance_visit",
    "inspiration_session",
    "sharing_arena",
    "contract_meeting",
]
Format = Literal["physical", "digital", "undecided"]
Happened = Literal["planned", "sharpened", "moved", "changed", "cancelled", "completed", "completion_revoked"]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class Days(Value):
    """One or several days in a row; the clock times, Europe/Oslo, are those of the first and of the last day."""

    first: date
    last: date
    starts_at: ClockTime | None = None
    ends_at: ClockTime | None = None


class Weeks(Value):
    """ISO weeks of one year, first to last."""

    year: int
    first: Annotated[int, Field(ge=1, le=53)]
    last: Annotated[int, Field(ge=1, le=53)]


class When(Value):
    """When a session is, as precisely as it is known and no more (S2).

    `days` is exact. Without it, several `weeks` (or `months`) are alternatives, and where weeks are given
    the months only say how the plan puts it.
    """

    days: Days | None = None
    weeks: tuple[Weeks, ...] = ()
    months: tuple[Month, ...] = ()
    duration_minutes: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def says_something(self) -> When:
        if self.days is None and not self.weeks and not self.months:
            msg = "S2: a date is days, weeks or months"
            raise ValueError(msg)
        return self

    @property
    def earliest(self) -> date:
        """The first day that it may begin on."""
        if self.days is not None:
            return self.days.first
        if self.weeks:
            return min(date.fromisocalendar(it.year, it.first, 1) for it in self.weeks)
        return date(int(min(self.months)[:4]), int(min(self.months)[5:]), 1)


class Session(Entity):
    """Any dated gathering. Title and place of visits and contract meetings are asked for, not told."""

    id: EntityId
    programme: ProgrammeCode
    party: OrganisationNumber | None = None  # visits and contract meetings with one party
    kind: Kind
    format: Format
    title: str | None = None
    number: int | None = None  # among its kind
    instalment: Annotated[int, Field(ge=1, le=3)] | None = None  # the one it triggers (B3)
    when: When
    place: str | None = None
    state: Literal["planned", "cancelled", "completed"]

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


HAPPENED: tuple[Happened, ...] = (
    "planned",
    "sharpened",
    "moved",
    "changed",
    "cancelled",
    "completed",
    "completion_revoked",
)
# Joint sessions are named by their format at that moment; the other kinds by their kind.
PHYSICAL_SESSION, DIGITAL_SESSION = "physical_session", "digital_session"
ENTITIES = (
    PHYSICAL_SESSION,
    DIGITAL_SESSION,
    "coordinator_meeting",
    "guidance_visit",
    "inspiration_session",
    "sharing_arena",
    "contract_meeting",
)
BY_NAME = {
    (entity, happened): EventType(PUBLISHER, f"{entity}.{happened}", Session)
    for entity in ENTITIES
    for happened in HAPPENED
}
SESSION_EVENTS = tuple(BY_NAME.values())
JOINT_SESSION_EVENTS = tuple(BY_NAME[e, h] for e in (PHYSICAL_SESSION, DIGITAL_SESSION) for h in HAPPENED)

EVENTS = SESSION_EVENTS


def session_event(session: Session, happened: Happened) -> EventType[Session]:
    """The kind of event that tells this of this session."""
    if session.kind == "joint_session":
        return BY_NAME[PHYSICAL_SESSION if session.format == "physical" else DIGITAL_SESSION, happened]
    return BY_NAME[session.kind, happened]
