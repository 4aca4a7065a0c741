"""What scheduling tells: the sessions of a plan, each with the precision of its date (S2), and the plan as a whole (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared.contracts.bounds import Count, Day, Line, Number, Text
from shared.contracts.codes import Code
from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode
from shared.contracts.erasure import FORGOTTEN_IN_PLAN
from shared.when import When, findings

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
Happened = Literal[
    "planned",
    "sharpened",
    "moved",
    "changed",
    "cancelled",
    "cancellation_revoked",
    "completed",
    "completion_revoked",
]


def _sound(when: When) -> When:
    """Raises ValueError for a date that does not exist, or contradicts itself (S2)."""
    for finding in findings(when):
        msg = f"{finding.field}: {finding.text}"
        raise ValueError(msg)
    return when


class Session(Entity):
    """Any dated gathering. Title and place of visits and contract meetings are asked for, not told."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "id": "018e3f2c-8800-7000-8000-00000000000e",
        "programme": "regionalt-2024-2025",
        "kind": "joint_session",
        "format": "physical",
        "title": "Fellessamling 1",
        "number": 1,
        "instalment": 1,
        "when": {"days": {"first": "2024-09-24", "last": "2024-09-25", "starts_at": "10:00", "ends_at": "15:00"}},
        "place": "Scandic Hell, Stjørdal",
        "venue": "Scandic Hell",
        "city": "Stjørdal",
        "state": "planned",
    }

    id: EntityId
    """What it is known by, whatever its format becomes: `physical_session` and `digital_session` are one entity."""
    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber | None = None
    """The organisation number of the one party it is held with. Absent for what all come to, and in the plan's own line for
    visits and contract meetings, which stands for those held with each party (S4)."""
    kind: Code[Kind]
    """What it is (S1)."""
    format: Code[Format]
    """Whether people meet in one place (S3). A joint session's is never undecided."""
    title: Line | None = None
    """What it is called, in Norwegian. Absent where it is held with one party."""
    number: Number | None = None
    """Its number among its kind, from 1. Absent where it has none."""
    instalment: Annotated[int, Field(ge=1, le=3)] | None = None
    """The instalment of the fee that falls due when it is completed (B3). Absent where it carries none."""
    when: Annotated[When, AfterValidator(_sound)]
    """When it is, as precisely as it is known (S2)."""
    place: Text | None = None
    """Where it is, as text: venue and city where these are said. Absent while that is not known, and where it is held with
    one party."""
    venue: Line | None = None
    """The house that it is held in. Said before one that carries an instalment is completed (S3); absent as `place` is."""
    city: Line | None = None
    """The town or village that it is held in. Said and absent as `venue` is."""
    state: Code[Literal["planned", "cancelled", "completed"]]
    """Whether it is still to come, called off, or held (S3)."""
    freed_instalment: Annotated[int, Field(ge=1, le=3)] | None = None
    """The instalment that it carried until it was cancelled, and does not carry since (B6). Absent where there is none."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


HAPPENED: tuple[Happened, ...] = (
    "planned",
    "sharpened",
    "moved",
    "changed",
    "cancelled",
    "cancellation_revoked",
    "completed",
    "completion_revoked",
)
# Joint sessions are named by their format at that moment; the other kinds by their kind.
PHYSICAL_SESSION, DIGITAL_SESSION = "physical_session", "digital_session"

# How the examples differ from the one above, by what the event is named after and by what happened.
NOWHERE = {"place": None, "venue": None, "city": None}
VISITED = {"party": "942110464", "title": None, "instalment": None, **NOWHERE}
DIFFERS: dict[str, dict[str, Any]] = {
    PHYSICAL_SESSION: {},
    DIGITAL_SESSION: {"format": "digital", "title": "Fellessamling 2", "number": 2, "instalment": None, **NOWHERE},
    "coordinator_meeting": {
        "kind": "coordinator_meeting",
        "format": "digital",
        "title": "Koordinatorsamling 1",
        "instalment": None,
        "when": {"days": {"first": "2024-08-21", "last": "2024-08-21"}, "duration_minutes": 150},
        **NOWHERE,
    },
    "guidance_visit": {"kind": "guidance_visit", **VISITED},
    "inspiration_session": {
        "kind": "inspiration_session",
        "format": "digital",
        "title": "Inspirasjonssamling før oppstart",
        "number": None,
        "instalment": None,
        **NOWHERE,
    },
    "sharing_arena": {
        "kind": "sharing_arena",
        "format": "undecided",
        "title": "Delingsarena",
        "number": None,
        "instalment": None,
        **NOWHERE,
    },
    "contract_meeting": {"kind": "contract_meeting", **VISITED},
}
ROUGH: dict[str, Any] = {"when": {"weeks": [{"year": 2024, "first": 39, "last": 39}], "months": ["2024-09"]}}
AFTER: dict[Happened, dict[str, Any]] = {
    "planned": ROUGH,
    "sharpened": {"version": 2},
    "moved": {"version": 3, "when": {"days": {"first": "2024-10-01", "last": "2024-10-02"}}},
    "changed": {"version": 3, "number": 2},
    "cancelled": {"version": 3, "state": "cancelled", "instalment": None},
    "cancellation_revoked": {"version": 4},
    "completed": {"version": 3, "state": "completed"},
    "completion_revoked": {"version": 4},
}


# When each is told: of which session, what.
CALLED: dict[str, str] = {
    PHYSICAL_SESSION: "A joint session where all groups meet in one place",
    DIGITAL_SESSION: "A joint session of all groups that is digital",
    "coordinator_meeting": "A meeting of the coordinators",
    "guidance_visit": "An advisor's visit to one municipality, or the plan's own line for these visits,",
    "inspiration_session": "An inspiration session, before the programme starts,",
    "sharing_arena": "A sharing arena, after the programme's end,",
    "contract_meeting": "The meeting with one party that opens its period, or the plan's own line for these meetings,",
}
BEFELL: dict[Happened, str] = {
    "planned": "is planned",
    "sharpened": "gets a date that is more precise, within what was planned",
    "moved": "is moved to another date",
    "changed": "is another in something else than its date: format, number, title, place",
    "cancelled": "is cancelled; it carries no instalment any more",
    "cancellation_revoked": "is not cancelled after all",
    "completed": "was held. Where it carries an instalment, that falls due (B3)",
    "completion_revoked": "was recorded as held and is so no more; what was invoiced for it is credited (B5)",
}


def _kind(entity: str, happened: Happened) -> EventType[Session]:
    differs: Mapping[str, Any] = {**DIFFERS[entity], **AFTER[happened]}
    when = f"{CALLED[entity]} {BEFELL[happened]}."
    since = "0.3.0" if happened == "cancellation_revoked" else "0.1.0"
    return EventType(PUBLISHER, f"{entity}.{happened}", Session, when, since=since, differs=differs)


BY_NAME = {(entity, happened): _kind(entity, happened) for entity in DIFFERS for happened in HAPPENED}
SESSION_EVENTS = tuple(BY_NAME.values())
JOINT_SESSION_EVENTS = tuple(BY_NAME[e, h] for e in (PHYSICAL_SESSION, DIGITAL_SESSION) for h in HAPPENED)


# Why a plan was revised.
Reason = Literal["postponed", "venue", "illness", "other"]


class Plan(Entity):
    """A programme's plan as a whole, since it was published (S6): before, it is a draft, of which nobody is invited and nothing told.

    Its sessions are told one by one; what is held with one party alone is no part of it.
    """

    identity: ClassVar[tuple[str, ...]] = ("programme",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "revision": 1,
        "published_on": "2024-06-11",
        "sessions": 19,
    }

    programme: ProgrammeCode
    """The programme's code."""
    revision: Number
    """Which revision of the plan stands: 1 as it was published, and one more with each change after that."""
    published_on: Day | None = None
    """The day on which it was published, in Norway. Absent for the plan of a programme from before plans were published."""
    revised_on: Day | None = None
    """The day of this revision, in Norway. Absent for the first, which is its publication."""
    reason: Code[Reason] | None = None
    """Why it was revised. Absent for the first."""
    sessions: Count
    """How many sessions stand in it, for everyone or as its own line for each party's visits; cancelled ones do not."""
    changed: Count | None = None
    """How many sessions this revision has changed. Absent for the first."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, None


PLAN_PUBLISHED = EventType(
    PUBLISHER, "plan.published", Plan, "A programme's plan is published: it is a draft no more (S6).", since="0.3.0"
)
PLAN_REVISED = EventType(
    PUBLISHER,
    "plan.revised",
    Plan,
    "A published plan is changed (S6).",
    since="0.3.0",
    differs={"version": 2, "revision": 2, "revised_on": "2024-09-20", "reason": "postponed", "changed": 3},
)
PLAN_EVENTS = (PLAN_PUBLISHED, PLAN_REVISED)


class UnbookedVisit(Entity):
    """A guidance visit that is not booked with a party though half of the time that the plan gives it is gone (S1)."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "party", "number")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "number": 2,
        "window_first": "2025-01-06",
        "window_last": "2025-02-02",
    }

    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber
    """The organisation number of the party that is to be visited."""
    number: Number
    """Which of its visits it is, from 1."""
    window_first: Day
    """The first day on which the visit may be by the plan, in Norway."""
    window_last: Day
    """The last day on which it may be. Where the plan moves it, it is another window, of which it is told anew."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


GUIDANCE_VISIT_UNBOOKED = EventType(
    PUBLISHER,
    "guidance_visit.unbooked",
    UnbookedVisit,
    "Half of the time for a guidance visit is gone, and it is not booked; told once for each window.",
    since="0.3.0",
)

EVENTS: tuple[EventType[Any], ...] = (*SESSION_EVENTS, *PLAN_EVENTS, GUIDANCE_VISIT_UNBOOKED, FORGOTTEN_IN_PLAN)


def session_event(session: Session, happened: Happened) -> EventType[Session]:
    """The kind of event that tells this of this session."""
    if session.kind == "joint_session":
        return BY_NAME[PHYSICAL_SESSION if session.format == "physical" else DIGITAL_SESSION, happened]
    return BY_NAME[session.kind, happened]
