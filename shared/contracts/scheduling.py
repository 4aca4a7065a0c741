"""What scheduling tells: the sessions of a plan, each with the precision of its date (S2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode
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
Happened = Literal["planned", "sharpened", "moved", "changed", "cancelled", "completed", "completion_revoked"]


def _sound(when: When) -> When:
    """Raises ValueError for a date that there is not (S2)."""
    for finding in findings(when):
        msg = f"{finding.field}: {finding.text}"
        raise ValueError(msg)
    return when


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
    when: Annotated[When, AfterValidator(_sound)]
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
EVENTS = tuple(BY_NAME.values())
JOINT_SESSION_EVENTS = tuple(BY_NAME[e, h] for e in (PHYSICAL_SESSION, DIGITAL_SESSION) for h in HAPPENED)


def session_event(session: Session, happened: Happened) -> EventType[Session]:
    """The kind of event that tells this of this session."""
    if session.kind == "joint_session":
        return BY_NAME[PHYSICAL_SESSION if session.format == "physical" else DIGITAL_SESSION, happened]
    return BY_NAME[session.kind, happened]
