"""What registration tells: programmes, parties, applications, groups, plans, agreements, concerns, attendance, contact lists, erasures."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.bounds import Count, Day, Line, Number, Ore, Word
from shared.contracts.codes import Code, Pattern
from shared.contracts.envelope import (
    Entity,
    EntityId,
    EventType,
    Fingerprint,
    OrganisationNumber,
    ProgrammeCode,
    Reference,
    Value,
    in_order,
)
from shared.contracts.erasure import PERSON_ERASED

PUBLISHER = "registration"


class Programme(Entity):
    """Three semesters with one agreement per party. Days are calendar days in Norway."""

    identity: ClassVar[tuple[str, ...]] = ("code",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "code": "regionalt-2024-2025",
        "name": "Fremtidens kulturskole 2024–2025",
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "fee_ore": 2_000_000,
        "county_branch_fee_ore": 2_000_000,
        "applications_from": "2024-03-01",
        "applications_until": "2024-05-01",
        "days_to_pay": 30,
    }

    code: ProgrammeCode
    """What it is known by, for ever; it stands in NATS subjects."""
    name: Line
    """What it is called, in Norwegian."""
    period_start: Day
    """The first day of its period (S1)."""
    period_end: Day
    """The last day of its period (S1)."""
    fee_ore: Ore
    """What a municipality pays for the whole programme, in øre and without VAT (B1)."""
    county_branch_fee_ore: Ore
    """What a county branch pays for the whole programme, in øre and without VAT (B1)."""
    applications_from: Day | None = None
    """The first day on which one can apply (R1). Absent: from the beginning."""
    applications_until: Day | None = None
    """The last day on which one can apply (R1). Absent: without an end."""
    days_to_pay: Annotated[int, Field(ge=0, le=365)]
    """Days from the day an invoice is issued until it is due (B8)."""
    places: Number | None = None
    """How many parties it takes (R2). Absent: as many as are accepted, and in events from before 0.3."""
    closed_on: Day | None = None
    """The day on which it was closed: it takes nobody any more, and nothing is planned in it. Absent while it is open, and once it is
    opened again."""
    deleted: bool = False
    """Whether it was opened by mistake, and is gone: nothing points to it. It may be opened anew."""

    @model_validator(mode="after")
    def _its_days_are_in_order(self) -> Self:
        in_order(self, "applications_from", "applications_until")
        return in_order(self, "period_start", "period_end")

    def scope(self) -> tuple[str | None, str | None]:
        return self.code, None


class PostalAddress(Value):
    """A Norwegian postal address."""

    street: Line
    """Street and number, or a post-office box."""
    postal_code: Annotated[str, Pattern(r"^[0-9]{4}$")]
    """Four digits."""
    city: Line
    """The place that goes with the postal code."""


class Party(Entity):
    """Who applies, signs and pays. All of it is public information on a public body."""

    identity: ClassVar[tuple[str, ...]] = ("organisation_number",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "organisation_number": "942110464",
        "kind": "municipality",
        "municipality_number": "5001",
        "county": "Trøndelag",
        "name": "Trondheim",
        "official_name": "Trondheim kommune",
        "language_form": "nøytral",
        "address": {"street": "Rådhuset", "postal_code": "7013", "city": "Trondheim"},
        "takes_invoices_by": "email",
        "by_mail_if_refused": True,
        "invoice_endpoint": "0192:942110464",
        "has_invoice_email": False,
    }

    organisation_number: OrganisationNumber
    """Its number in Enhetsregisteret, nine digits; it stands in NATS subjects."""
    kind: Code[Literal["municipality", "county_branch"]]
    """A municipality, or a branch of the council in a county (R1)."""
    municipality_number: Word | None = None
    """Statistics Norway's number of the municipality, four digits. Absent for a county branch."""
    county: Line | None = None
    """The county's name. Absent where it was not given."""
    name: Line
    """What it is called in everyday speech."""
    official_name: Line | None = None
    """What agreements and invoices call it. Absent: as `name`."""
    language_form: Code[Literal["bokmål", "nynorsk", "nøytral"]]
    """The form of Norwegian it is written to in; `nøytral` has not chosen, and gets bokmål (N1)."""
    address: PostalAddress
    """Where it is written to, and what its invoices say."""
    takes_invoices_by: Code[Literal["email", "ehf"]] = "email"
    """How it wants invoices: by e-mail, or as EHF. EHF is not sent yet (B8)."""
    by_mail_if_refused: bool = True
    """Whether it takes an invoice by e-mail where its EHF is refused (B8)."""
    invoice_endpoint: Annotated[str, Pattern(r"^[0-9]{4}:[A-Za-z0-9._:-]{1,50}$")] | None = None
    """Where EHF to it go, scheme:number as Peppol has it. Absent: to its organisation number, `0192:942110464`."""
    has_invoice_email: bool = False
    """Whether mails about its invoices go to an address of its own, which is not told (N2)."""
    deleted: bool = False
    """Whether it was registered by mistake, and is gone: nothing points to it. It may be registered anew."""

    def scope(self) -> tuple[str | None, str | None]:
        return None, self.organisation_number


class PartyInProgramme(Entity):
    """What one party has in one programme."""

    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber
    """The party's organisation number."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


class Application(PartyInProgramme):
    """A party's application, and what was decided on it (R2). What it says is not told."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "id": "018f2d5a-1c00-7000-8000-00000000000a",
        "state": "received",
    }

    id: EntityId
    """What it is known by."""
    state: Code[Literal["received", "accepted", "waiting_list", "declined", "withdrawn", "offered"]]
    """Where it stands (R2)."""
    contact_person: EntityId | None = None
    """The id of its contact person; who that is, is not told. Absent in events from before 0.3."""
    waiting_list_place: Number | None = None
    """Its place on the waiting list, from 1. Absent off the list, for who is out of the queue since an offer lapsed, and in
    events from before 0.3."""
    offered_until: Day | None = None
    """The last day on which the offer of a place is answered (R2). Absent while none is offered."""
    replaces: Code[Literal["accepted", "waiting_list", "declined", "offered"]] | None = None
    """On a decision, the earlier answer that it replaces. Absent otherwise."""
    development_area: EntityId | None = None
    """The id of the development area of its county branch that it names (R2); what that is called, is not told. Absent where it
    names none."""


class Group(PartyInProgramme):
    """The party's participants, counted and never named (R3, R5, R8)."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 5,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "size": 4,
        "complete": True,
        "coordinator_elected": True,
        "school_owner_represented": True,
    }

    size: Count
    """How many participants it has now."""
    complete: bool
    """Whether it has four participants and a coordinator (R5), and in a municipality the school owner (R3)."""
    coordinator_elected: bool
    """Whether it has a coordinator (R5)."""
    coordinator: EntityId | None = None
    """The id of its coordinator (R5); who that is, is not told. Absent while there is none, and in events from before 0.3."""
    school_owner_represented: bool
    """Whether the school owner takes part (R3)."""
    advisor: EntityId | None = None
    """The id of the council's advisor for this party (R8); who that is, is not told. Absent while there is none."""


class ActorsByField(Value):
    """How many local actors there are, by their field of society."""

    culture: Count = 0
    """Culture: a library, a museum, a culture house."""
    education: Count = 0
    """Education: kindergartens and schools."""
    health: Count = 0
    """Health: a health centre, school nurses."""
    upbringing: Count = 0
    """Children's upbringing beside school: child welfare, youth clubs."""
    volunteering: Count = 0
    """Voluntary organisations: bands, choirs, sports clubs."""
    church: Count = 0
    """Churches and other communities of faith or belief."""
    business: Count = 0
    """Business."""
    other: Count = 0
    """Any other."""


class Mapping(PartyInProgramme):
    """Which local actors answer for what in children's upbringing, counted and never named (R4)."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "actors": 4,
        "fields": {"culture": 2, "education": 1, "volunteering": 1},
    }

    actors: Count
    """How many actors it has."""
    fields: ActorsByField
    """The same by field of society; together they are `actors`."""


PhaseState = Code[Literal["not_begun", "in_progress", "done"]]


class Phases(Value):
    """Where each phase of a development plan stands. They are worked through in any order, and back (R11)."""

    needs: PhaseState
    """Identify needs from evidence."""
    possibilities: PhaseState
    """Identify possibilities."""
    goals: PhaseState
    """Set goals."""
    measures: PhaseState
    """Try solutions and measures."""
    evaluation: PhaseState
    """Evaluate solutions, measures and goal attainment."""


class DevelopmentPlan(PartyInProgramme):
    """How far a party has come with its development plan (R11). What it says is not told."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 3,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "has_focus": True,
        "development_area": "018f2d5a-1c00-7000-8000-00000000000e",
        "phases": {
            "needs": "done",
            "possibilities": "in_progress",
            "goals": "not_begun",
            "measures": "not_begun",
            "evaluation": "not_begun",
        },
        "notes": 2,
    }

    has_focus: bool
    """Whether it has a focus of its own; what that is, is not told."""
    development_area: EntityId | None = None
    """The id of the development area of its county branch that it ties to (R2); what that is called, is not told. Absent where it
    ties to none."""
    phases: Phases
    """Where each phase stands."""
    notes: Count
    """How many phases have a note."""


class Agreement(PartyInProgramme):
    """A party's agreement on a programme (R6). Days are calendar days in Norway."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "id": "018f9a10-5400-7000-8000-00000000000b",
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "fee_ore": 2_000_000,
        "payer_reference": "KULTUR-5001",
        "order_reference": "4500012345",
        "accounting_cost": "2130/383",
    }

    id: EntityId
    """What it is known by."""
    period_start: Day
    """The first day of its own period (R6)."""
    period_end: Day
    """The last day of its own period (R6)."""
    signed_on: Day | None = None
    """The day on which its last signature was in (R6). Absent while it is not signed."""
    called_back_on: Day | None = None
    """The day on which it was called back, before it was signed (R6): then it is none, and another may be sent. Absent while
    it stands."""
    ends_on: Day | None = None
    """The first day on which it is no longer in force (R10). Absent while no end is set, and again after one was taken
    back."""
    kind_of_end: Code[Literal["terminated", "agreed"]] | None = None
    """Terminated with immediate effect, or ended on a day both agree on (R10). Absent without `ends_on`."""
    predecessor: OrganisationNumber | None = None
    """The organisation number of the party that had it before (R12): what that one was invoiced stays, and what comes is this
    party's. Absent where it has been one party's alone."""
    fee_ore: Ore
    """What the party pays for the whole programme, in øre and without VAT (B1)."""
    payer_reference: Reference
    """What the payer wants to find on its invoices (R2): a code, never a person's name."""
    order_reference: Reference | None = None
    """The payer's order, which stands on its invoices, a code as well. Absent where it named none."""
    accounting_cost: Reference | None = None
    """What the payer posts the fee to, which stands on its invoices, a code as well. Absent where it named none."""
    fingerprint: Fingerprint | None = None
    """The fingerprint of its document, which stands on it: the SHA-256 of what it says, and so another one for each version of it (R6).
    The payer's reference is no part of it. Absent where it was sent before there were documents."""

    @model_validator(mode="after")
    def _its_days_are_in_order(self) -> Self:
        return in_order(self, "period_start", "period_end")


FindingCode = Code[
    Literal[
        "nobody_came",
        "fewer_than_four",
        "school_owner_absent_twice",
        "attendance_not_recorded",
        "visit_not_booked",
        "visit_not_held",
        "contract_meeting_not_held",
        "group_incomplete",
        "no_advisor",
        "mapping_missing",
        "development_plan_not_begun",
        "no_work_between_sessions",
    ]
]


class Concern(PartyInProgramme):
    """That an agreement is not followed up as it should be (R10). What is wrong is not told."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "id": "01936f80-9c00-7000-8000-00000000000c",
        "agreement": "018f9a10-5400-7000-8000-00000000000b",
        "raised_by": "council",
        "state": "raised",
    }

    id: EntityId
    """What it is known by."""
    agreement: EntityId
    """The id of the agreement that it is about."""
    raised_by: Code[Literal["council", "municipality"]]
    """Which side raised it."""
    state: Code[Literal["raised", "resolved"]]
    """Whether it still stands. That it led to a termination is told with the agreement."""
    findings: Annotated[tuple[FindingCode, ...], Field(max_length=20)] = ()
    """What was found of the party's obligations and is named by it (R9). Empty where it names none, and absent in events from before
    0.3."""


class AttendanceDay(Value):
    """One day of a session: how many of a group were there."""

    day: Day
    """Which of the session's days."""
    expected: Count
    """How many of the group were to be there: who took part in it on that day; at a coordinator meeting its coordinator."""
    present: Count
    """How many of them were."""
    school_owner_present: bool
    """Whether one of those represents the school owner (R3)."""


class Attendance(PartyInProgramme):
    """A party's attendance at a joint session or a coordinator meeting, as it was recorded last (S5): counted, and nobody named."""

    identity: ClassVar[tuple[str, ...]] = ("session", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "session": "018e3f2c-8800-7000-8000-00000000000e",
        "days": [
            {"day": "2024-09-24", "expected": 4, "present": 4, "school_owner_present": True},
            {"day": "2024-09-25", "expected": 4, "present": 3, "school_owner_present": False},
        ],
    }

    session: EntityId
    """The id of the session."""
    days: Annotated[tuple[AttendanceDay, ...], Field(max_length=14)]
    """Its days, those that had come when it was recorded, in order."""


class MissingAttendance(PartyInProgramme):
    """That a party's attendance at a session is asked for, since it was not recorded in time (S5)."""

    identity: ClassVar[tuple[str, ...]] = ("session", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "session": "018e3f2c-8800-7000-8000-00000000000e",
        "first_day": "2024-09-24",
        "last_day": "2024-09-25",
        "stage": 1,
    }

    session: EntityId
    """The id of the session."""
    first_day: Day
    """The session's first day."""
    last_day: Day
    """The session's last day, from which it is reckoned when to ask."""
    stage: Annotated[int, Field(ge=1, le=2)]
    """1: asked for; 2: asked for once more."""

    @model_validator(mode="after")
    def _its_days_are_in_order(self) -> Self:
        return in_order(self, "first_day", "last_day")


class ContactList(PartyInProgramme):
    """The council's contacts and the party's own group, as they were exchanged in writing (R7, A8). Who stands on it is not told."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "party")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "exchanged_on": "2024-07-18",
        "complete": True,
    }

    exchanged_on: Day | None = None
    """The day on which it was exchanged last. Absent while it was not."""
    complete: bool
    """Whether it lacked nothing then: a complete group with a coordinator (R5), an advisor (R8), the council's contact person."""
    asked_before: Number | None = None
    """How many days before the programme's period what it lacks was asked for last. Absent where it was not."""


SIGNED = {"version": 4, "signed_on": "2024-08-20"}
ENDED = {"version": 5, "signed_on": "2024-08-20", "ends_on": "2025-03-01", "kind_of_end": "agreed"}

PROGRAMME_OPENED = EventType(
    PUBLISHER,
    "programme.opened",
    Programme,
    "A programme is opened: parties can apply from the day that it names.",
    since="0.1.0",
)
PROGRAMME_CHANGED = EventType(
    PUBLISHER,
    "programme.changed",
    Programme,
    "What is known of a programme is another, or it was closed and is opened again.",
    since="0.1.0",
    differs={"version": 2, "days_to_pay": 14},
)
PROGRAMME_CLOSED = EventType(
    PUBLISHER,
    "programme.closed",
    Programme,
    "A programme is settled and closed: it takes nobody any more, and nothing is planned in it.",
    since="0.3.0",
    differs={"version": 2, "closed_on": "2026-03-01"},
)
PROGRAMME_DELETED = EventType(
    PUBLISHER,
    "programme.deleted",
    Programme,
    "A programme that was opened by mistake is gone; nothing pointed to it.",
    since="0.3.0",
    differs={"version": 2, "deleted": True},
)
PARTY_REGISTERED = EventType(
    PUBLISHER, "party.registered", Party, "A municipality or a county branch is registered.", since="0.1.0"
)
PARTY_CHANGED = EventType(
    PUBLISHER,
    "party.changed",
    Party,
    "What is known of a party is another: its name, its address, how it takes invoices.",
    since="0.1.0",
    differs={"version": 2, "takes_invoices_by": "ehf"},
)
PARTY_DELETED = EventType(
    PUBLISHER,
    "party.deleted",
    Party,
    "A party that was registered by mistake is gone; nothing pointed to it.",
    since="0.3.0",
    differs={"version": 2, "deleted": True},
)
APPLICATION_RECEIVED = EventType(
    PUBLISHER, "application.received", Application, "A party applies to take part in a programme (R2).", since="0.1.0"
)
APPLICATION_CHANGED = EventType(
    PUBLISHER,
    "application.changed",
    Application,
    "An application is another, also where nothing but its place on the waiting list is.",
    since="0.3.0",
    differs={"version": 2},
)
APPLICATION_ACCEPTED = EventType(
    PUBLISHER,
    "application.accepted",
    Application,
    "An application is accepted, by a decision or since its party took the place that it was offered.",
    since="0.1.0",
    differs={"version": 2, "state": "accepted"},
)
APPLICATION_WAITLISTED = EventType(
    PUBLISHER,
    "application.waitlisted",
    Application,
    "An application is put on the waiting list.",
    since="0.1.0",
    differs={"version": 2, "state": "waiting_list", "waiting_list_place": 1},
)
APPLICATION_DECLINED = EventType(
    PUBLISHER,
    "application.declined",
    Application,
    "An application is declined.",
    since="0.1.0",
    differs={"version": 2, "state": "declined"},
)
APPLICATION_WITHDRAWN = EventType(
    PUBLISHER,
    "application.withdrawn",
    Application,
    "A party withdraws its application; nobody of that party hears of anything more in that programme.",
    since="0.3.0",
    differs={"version": 3, "state": "withdrawn"},
)
APPLICATION_OFFERED = EventType(
    PUBLISHER,
    "application.offered",
    Application,
    "A place that is free is offered to who stands on the waiting list, until a day.",
    since="0.3.0",
    differs={"version": 3, "state": "offered", "offered_until": "2024-06-17"},
)
APPLICATION_OFFER_LAPSED = EventType(
    PUBLISHER,
    "application.offer_lapsed",
    Application,
    "An offer was not taken: the party is back on the waiting list, out of the queue.",
    since="0.3.0",
    differs={"version": 4, "state": "waiting_list"},
)
GROUP_CHANGED = EventType(
    PUBLISHER,
    "group.changed",
    Group,
    "A party's group is another: who takes part, who coordinates it, whether it is complete.",
    since="0.1.0",
)
ADVISOR_ATTACHED = EventType(
    PUBLISHER,
    "advisor.attached",
    Group,
    "A party gets an advisor, or another one (R8).",
    since="0.1.0",
    differs={"version": 6, "advisor": "018f9b00-0000-7000-8000-00000000000d"},
)
ADVISOR_DETACHED = EventType(
    PUBLISHER, "advisor.detached", Group, "A party has no advisor any more.", since="0.3.0", differs={"version": 7}
)
MAPPING_RECORDED = EventType(
    PUBLISHER,
    "mapping.recorded",
    Mapping,
    "A party's mapping of local actors is recorded, or recorded anew (R4).",
    since="0.3.0",
)
DEVELOPMENT_PLAN_CHANGED = EventType(
    PUBLISHER,
    "development_plan.changed",
    DevelopmentPlan,
    "Something in a party's development plan is another (R11).",
    since="0.3.0",
)
AGREEMENT_SENT = EventType(
    PUBLISHER, "agreement.sent", Agreement, "An agreement is sent to those who are to sign it (R6).", since="0.1.0"
)
AGREEMENT_SIGNED = EventType(
    PUBLISHER,
    "agreement.signed",
    Agreement,
    "An agreement's last signature is in: it is signed.",
    since="0.1.0",
    differs=SIGNED,
)
AGREEMENT_AMENDED = EventType(
    PUBLISHER,
    "agreement.amended",
    Agreement,
    "An agreement is another: a reference, its period, who signs, when it was signed.",
    since="0.3.0",
    differs=SIGNED | {"version": 5, "payer_reference": "KULTUR-5001-B"},
)
AGREEMENT_CALLED_BACK = EventType(
    PUBLISHER,
    "agreement.called_back",
    Agreement,
    "An agreement that was not signed yet is called back: it is none any more.",
    since="0.3.0",
    differs={"version": 2, "called_back_on": "2024-06-03"},
)
AGREEMENT_SUCCEEDED = EventType(
    PUBLISHER,
    "agreement.succeeded",
    Agreement,
    "An agreement is carried over to another party, which has succeeded the one that had it (R12).",
    since="0.3.0",
    differs=SIGNED | {"version": 5, "party": "921221967", "predecessor": "942110464"},
)
AGREEMENT_ENDED = EventType(
    PUBLISHER,
    "agreement.ended",
    Agreement,
    "An end of an agreement is set, for a day that may be past or still to come (R10).",
    since="0.1.0",
    differs=ENDED,
)
AGREEMENT_END_TAKEN_BACK = EventType(
    PUBLISHER,
    "agreement.end_taken_back",
    Agreement,
    "An end that was recorded by mistake is taken back: the agreement is in force as before.",
    since="0.1.0",
    differs=SIGNED | {"version": 6},
)
CONCERN_RAISED = EventType(
    PUBLISHER,
    "concern.raised",
    Concern,
    "Somebody raises that an agreement is not followed up as it should be (R10).",
    since="0.1.0",
)
CONCERN_RESOLVED = EventType(
    PUBLISHER,
    "concern.resolved",
    Concern,
    "A concern is resolved.",
    since="0.1.0",
    differs={"version": 2, "state": "resolved"},
)
ATTENDANCE_RECORDED = EventType(
    PUBLISHER,
    "attendance.recorded",
    Attendance,
    "A party's attendance at a session is recorded, or corrected (S5).",
    since="0.3.0",
)
ATTENDANCE_MISSING = EventType(
    PUBLISHER,
    "attendance.missing",
    MissingAttendance,
    "A party's attendance was not recorded some days after a session, and is asked for; then once more.",
    since="0.3.0",
)
CONTACT_LIST_EXCHANGED = EventType(
    PUBLISHER,
    "contact_list.exchanged",
    ContactList,
    "A party's contacts and the council's are sent to both (R7).",
    since="0.3.0",
)
CONTACT_LIST_MISSING = EventType(
    PUBLISHER,
    "contact_list.missing",
    ContactList,
    "The period is near, and a party's contact list lacks something, which is asked for.",
    since="0.3.0",
    differs={"version": 1, "exchanged_on": None, "complete": False, "asked_before": 30},
)

# By what they carry: who keeps an entity hears of all that happens to it.
PROGRAMME_EVENTS = (PROGRAMME_OPENED, PROGRAMME_CHANGED, PROGRAMME_CLOSED, PROGRAMME_DELETED)
PARTY_EVENTS = (PARTY_REGISTERED, PARTY_CHANGED, PARTY_DELETED)
APPLICATION_EVENTS = (
    APPLICATION_RECEIVED,
    APPLICATION_CHANGED,
    APPLICATION_ACCEPTED,
    APPLICATION_WAITLISTED,
    APPLICATION_DECLINED,
    APPLICATION_WITHDRAWN,
    APPLICATION_OFFERED,
    APPLICATION_OFFER_LAPSED,
)
GROUP_EVENTS = (GROUP_CHANGED, ADVISOR_ATTACHED, ADVISOR_DETACHED)
MAPPING_EVENTS = (MAPPING_RECORDED,)
DEVELOPMENT_PLAN_EVENTS = (DEVELOPMENT_PLAN_CHANGED,)
AGREEMENT_EVENTS = (
    AGREEMENT_SENT,
    AGREEMENT_SIGNED,
    AGREEMENT_AMENDED,
    AGREEMENT_CALLED_BACK,
    AGREEMENT_SUCCEEDED,
    AGREEMENT_ENDED,
    AGREEMENT_END_TAKEN_BACK,
)
CONCERN_EVENTS = (CONCERN_RAISED, CONCERN_RESOLVED)
CONTACT_LIST_EVENTS = (CONTACT_LIST_EXCHANGED, CONTACT_LIST_MISSING)

EVENTS = (
    *PROGRAMME_EVENTS,
    *PARTY_EVENTS,
    *APPLICATION_EVENTS,
    *GROUP_EVENTS,
    *MAPPING_EVENTS,
    *DEVELOPMENT_PLAN_EVENTS,
    *AGREEMENT_EVENTS,
    *CONCERN_EVENTS,
    *CONTACT_LIST_EVENTS,
    PERSON_ERASED,
    ATTENDANCE_RECORDED,
    ATTENDANCE_MISSING,
)
