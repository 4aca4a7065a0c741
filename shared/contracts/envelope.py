"""The envelope of every event: CloudEvents 1.0, structured JSON.

An event carries its entity whole, never a difference. Readers ignore fields that they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.bounds import Moment, Text, Version, Word
from shared.contracts.codes import OTHER, Pattern, UnknownCode

NOBODY = "_"  # stands in a subject for "no programme" or "no party"
THIS_MACHINE = "http://127.0.0.1:8000"  # where the system is reached, as long as nobody says otherwise

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
EntityId = Annotated[str, Pattern(UUID)]
EventId = Annotated[str, StringConstraints(pattern=UUID)]  # never another form: messages are told apart by it
ProgrammeCode = Annotated[str, Pattern(r"^[a-z0-9][a-z0-9-]{0,39}$")]
OrganisationNumber = Annotated[str, Pattern(r"^[0-9]{9}$")]
SHA256 = r"^[0-9a-f]{64}$"
Fingerprint = Annotated[str, Pattern(SHA256)]
# A code and never free text, since nothing in a stream can be erased: Latin letters, digits, `./_,+#-`, and spaces between them.
OF_REFERENCES = "A-Za-z0-9À-ÖØ-öø-ɏ./_,+#-"
A_REFERENCE = rf"^[{OF_REFERENCES}]([ {OF_REFERENCES}]{{0,48}}[{OF_REFERENCES}])?$"
Reference = Annotated[str, Pattern(A_REFERENCE)]


class Value(BaseModel):
    """A part of an entity. The docstring under a field is its description in the JSON schema."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)


class Entity(Value):
    """An entity whole, at one version; a newer version replaces an older one."""

    identity: ClassVar[tuple[str, ...]]  # the fields that it is known by, from version to version
    example: ClassVar[dict[str, Any]]  # its JSON, of which each kind of event makes its own example

    version: Version
    """Counts the changes of this entity, from 1. Keep the highest of each: it replaces all that are lower."""

    def scope(self) -> tuple[str | None, str | None]:
        """The programme and the party (organisation number) it concerns."""
        raise NotImplementedError

    def check_known(self, *fields: str) -> None:
        """Raises UnknownCode where one of these fields holds a code that is not known here.

        For handlers that could do harm by taking it as `other`.
        """
        for name in fields:
            if getattr(self, name) == OTHER:
                msg = f"{type(self).__name__}.{name} is a code that this version does not know"
                raise UnknownCode(msg)


V = TypeVar("V", bound=Value)


def in_order(it: V, first: str, last: str) -> V:
    """The same. Raises ValueError where its first day is after its last."""
    days = getattr(it, first), getattr(it, last)
    if None not in days and days[0] > days[1]:
        msg = f"{first} is after {last}"
        raise ValueError(msg)
    return it


E = TypeVar("E", bound=Entity)


class Event(BaseModel, Generic[E]):
    """One thing that happened, as a CloudEvent 1.0. Fields that are absent are null."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)

    specversion: Literal["1.0"] = "1.0"
    """The version of CloudEvents."""
    id: EventId
    """A UUIDv7, the same on every retry and whenever the event is sent again: what was seen before is the same event."""
    source: Word
    """Who publishes it: `/kulturskole/<publisher>`."""
    type: Text
    """What happened: `kulturskole.<publisher>.<entity>.<happened>.v<version of the contract>`."""
    subject: Word
    """`<programme>.<party>`: the programme's code and the party's organisation number, `_` standing for none. It is the
    end of the NATS subject."""
    time: Moment
    """When it happened, with its offset from UTC. In a system with a simulated clock it is that clock's time."""
    datacontenttype: Literal["application/json"] = "application/json"
    """The form of `data`."""
    dataschema: Text
    """The address of the JSON schema of `data`, which ends with the event's type: `<where people reach it>/events/schemas/<type>.json`. What
    was told before 0.3 has a name in its place. Go by `type`, since the address is another once the system is reached elsewhere."""
    traceparent: Word | None = None
    """W3C trace context. Absent: it is not filled yet."""
    data: E
    """The entity, whole."""


@cache
def model_of(entity: type[E]) -> type[Event[E]]:
    """The model of an event that carries this entity."""
    return Event[entity]  # type: ignore[valid-type]


@dataclass(frozen=True)
class EventType(Generic[E]):
    """A kind of event: who publishes it, what happened to which entity, in which version of the contract."""

    publisher: str
    name: str  # entity.happened, past tense: "agreement.signed"
    entity: type[E]
    when: str  # it is told: a sentence for the catalogue
    version: int = 1
    _: KW_ONLY
    since: str  # the version of ours that was the first to tell it
    differs: Mapping[str, Any] = field(default_factory=dict, compare=False)  # its example, from the entity's own

    @cached_property
    def type(self) -> str:
        return f"kulturskole.{self.publisher}.{self.name}.v{self.version}"

    @cached_property
    def source(self) -> str:
        return f"/kulturskole/{self.publisher}"

    @property
    def schema_path(self) -> str:
        """What the address of its schema ends with."""
        return f"/events/schemas/{self.type}.json"

    @property
    def filter(self) -> str:
        """The NATS filter of all events of this kind."""
        return f"kulturskole.{self.publisher}.{self.name}.*.*"

    def event(self, data: E, *, id: str, time: datetime, reached_at: str = THIS_MACHINE) -> Event[E]:
        """`reached_at` is where people reach the system, which answers with its contracts."""
        programme, party = data.scope()
        return model_of(self.entity)(
            id=id,
            source=self.source,
            type=self.type,
            subject=f"{programme or NOBODY}.{party or NOBODY}",
            time=time,
            dataschema=reached_at + self.schema_path,
            data=data,
        )

    def example(self) -> Event[E]:
        """An event of this kind, as one could be."""
        data = self.entity.model_validate_json(json.dumps({**self.entity.example, **self.differs}))
        return self.event(
            data,
            id="0192279c-6c80-7000-8000-000000000001",
            time=datetime(2024, 9, 25, 14, 0, tzinfo=UTC),
            reached_at="https://kulturskole.example",
        )


def nats_subject(event: Event[Any]) -> str:
    """`kulturskole.<publisher>.<entity>.<happened>.<programme>.<party>`; the version is not part of it."""
    name, _, _ = event.type.rpartition(".v")
    return f"{name}.{event.subject}"
