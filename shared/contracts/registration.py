"""What registration tells: programmes, parties, applications, groups, agreements, concerns."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.envelope import (
    Entity,
    EntityId,
    EventType,
    OrganisationNumber,
    PayerReference,
    ProgrammeCode,
    Value,
)

PUBLISHER = "registration"


class Programme(Entity):
    """Three semesters with one agreement per party. Fees are in øre, days are calendar days in Norway."""

    code: ProgrammeCode
    name: str
    period_start: date
    period_end: date
    fee_ore: Annotated[int, Field(ge=0)]
    county_branch_fee_ore: Annotated[int, Field(ge=0)]
    applications_from: date | None = None
    applications_until: date | None = None
    days_to_pay: Annotated[int, Field(ge=0)]

    def scope(self) -> tuple[str | None, str | None]:
        return self.code, None


class PostalAddress(Value):
    street: str
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    city: str


class Party(Entity):
    """Who applies, signs and pays. All of it is public information on a public body."""

    organisation_number: OrganisationNumber
    kind: Literal["municipality", "county_branch"]
    municipality_number: str | None = None
    county: str | None = None
    name: str
    official_name: str | None = None
    language_form: Literal["bokmål", "nynorsk", "nøytral"]
    address: PostalAddress
    takes_invoices_by: Literal["email", "ehf"] = "email"

    def scope(self) -> tuple[str | None, str | None]:
        return None, self.organisation_number


class PartyInProgramme(Entity):
    """What one party has in one programme."""

    programme: ProgrammeCode
    party: OrganisationNumber

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


class Application(PartyInProgramme):
    id: EntityId
    state: Literal["received", "accepted", "waiting_list", "declined", "withdrawn", "offered"]
    waiting_list_place: int | None = None


class Group(PartyInProgramme):
    """The party's participants, counted and never named (R3, R5, R8)."""

    size: int
    complete: bool  # R3 and R5 hold
    coordinator_elected: bool
    school_owner_represented: bool
    advisor: EntityId | None = None


class Agreement(PartyInProgramme):
    id: EntityId
    period_start: date
    period_end: date
    signed_on: date | None = None  # when its last signature was in (R6)
    ends_on: date | None = None  # the first day on which it is no longer in force (R10)
    kind_of_end: Literal["terminated", "agreed"] | None = None
    fee_ore: Annotated[int, Field(ge=0)]
    payer_reference: PayerReference


class Concern(PartyInProgramme):
    id: EntityId
    agreement: EntityId
    raised_by: Literal["council", "municipality"]
    state: Literal["raised", "resolved"]


PROGRAMME_OPENED = EventType(PUBLISHER, "programme.opened", Programme)
PROGRAMME_CHANGED = EventType(PUBLISHER, "programme.changed", Programme)
PARTY_REGISTERED = EventType(PUBLISHER, "party.registered", Party)
PARTY_CHANGED = EventType(PUBLISHER, "party.changed", Party)
APPLICATION_RECEIVED = EventType(PUBLISHER, "application.received", Application)
APPLICATION_ACCEPTED = EventType(PUBLISHER, "application.accepted", Application)
APPLICATION_WAITLISTED = EventType(PUBLISHER, "application.waitlisted", Application)
APPLICATION_DECLINED = EventType(PUBLISHER, "application.declined", Application)
GROUP_CHANGED = EventType(PUBLISHER, "group.changed", Group)
ADVISOR_ATTACHED = EventType(PUBLISHER, "advisor.attached", Group)
AGREEMENT_SENT = EventType(PUBLISHER, "agreement.sent", Agreement)
AGREEMENT_SIGNED = EventType(PUBLISHER, "agreement.signed", Agreement)
AGREEMENT_ENDED = EventType(PUBLISHER, "agreement.ended", Agreement)
AGREEMENT_END_TAKEN_BACK = EventType(PUBLISHER, "agreement.end_taken_back", Agreement)
CONCERN_RAISED = EventType(PUBLISHER, "concern.raised", Concern)
CONCERN_RESOLVED = EventType(PUBLISHER, "concern.resolved", Concern)

EVENTS = (
    PROGRAMME_OPENED,
    PROGRAMME_CHANGED,
    PARTY_REGISTERED,
    PARTY_CHANGED,
    APPLICATION_RECEIVED,
    APPLICATION_ACCEPTED,
    APPLICATION_WAITLISTED,
    APPLICATION_DECLINED,
    GROUP_CHANGED,
    ADVISOR_ATTACHED,
    AGREEMENT_SENT,
    AGREEMENT_SIGNED,
    AGREEMENT_ENDED,
    AGREEMENT_END_TAKEN_BACK,
    CONCERN_RAISED,
    CONCERN_RESOLVED,
)
