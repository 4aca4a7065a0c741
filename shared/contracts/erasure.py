"""What is told of an erasure: that registration erased a person, and what others emptied of that person since (N2).

By an id alone, which nothing that can be read points to any more: who it was stands in no event.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from shared.contracts.bounds import Count, Day
from shared.contracts.codes import Code
from shared.contracts.envelope import Entity, EntityId, EventType, Value

A_PERSON = "018e3f2c-8800-7000-8000-000000000011"


class Person(Entity):
    """A person who was erased. Of those who were not, no event tells."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {"version": 1, "id": A_PERSON}

    id: EntityId
    """What the person was known by."""

    def scope(self) -> tuple[str | None, str | None]:
        return None, None


class Emptied(Value):
    """What was emptied, and how many there were of it."""

    what: Code[Literal["invitations", "mails", "mails_to_others", "messages_as_sent"]]
    """What it is."""
    count: Count
    """How many."""


class Kept(Value):
    """What is kept that may still say who it was."""

    what: Code[Literal["texts_of_sessions", "minutes_of_visits", "reasons_in_plan"]]
    """What it is."""
    why: Code[Literal["free_text"]]
    """Why it is kept."""
    until: Day | None = None
    """The last day on which it is kept. Absent: until somebody changes it."""


class Forgotten(Entity):
    """What became of an erased person in one service (N2). A higher version tells of what was emptied once more, after a restore."""

    identity: ClassVar[tuple[str, ...]] = ("id",)

    id: EntityId
    """What the person was known by."""
    emptied: Annotated[tuple[Emptied, ...], Field(max_length=10)]
    """What was emptied."""
    kept: Annotated[tuple[Kept, ...], Field(max_length=10)]
    """What is kept."""

    def scope(self) -> tuple[str | None, str | None]:
        return None, None


class PersonInPlan(Forgotten):
    """What became of an erased person in scheduling, which knows nobody but by what people write of sessions (N2)."""

    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "id": A_PERSON,
        "emptied": [],
        "kept": [{"what": "texts_of_sessions", "why": "free_text"}],
    }


class PersonInMails(Forgotten):
    """What became of an erased person in notifications (N2)."""

    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "id": A_PERSON,
        "emptied": [{"what": "invitations", "count": 1}, {"what": "mails", "count": 12}],
        "kept": [{"what": "texts_of_sessions", "why": "free_text"}],
    }


PERSON_ERASED = EventType(
    "registration",
    "person.erased",
    Person,
    "A person is erased; whoever keeps something by that id is to empty it (N2).",
    since="0.3.0",
)
FORGOTTEN_IN_PLAN = EventType(
    "scheduling",
    "person.forgotten",
    PersonInPlan,
    "Scheduling has emptied what it kept of a person who was erased (N2).",
    since="0.3.0",
)
FORGOTTEN_IN_MAILS = EventType(
    "notifications",
    "person.forgotten",
    PersonInMails,
    "Notifications has emptied what it kept of a person who was erased (N2).",
    since="0.3.0",
)
