"""The envelope of every event: CloudEvents 1.0, structured JSON.

An event carries its entity whole, never a difference. Readers ignore fields that they do not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

NOBODY = "_"  # stands in a subject for "no programme" or "no party"

ProgrammeCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
OrganisationNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
EntityId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
# A code and never free text, since nothing in a stream can be erased.
PayerReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]{0,49}$")]


class Value(BaseModel):
    """A part of an entity."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Entity(Value):
    """An entity whole, at one version; a newer version replaces an older one."""

    version: int

    def scope(self) -> tuple[str | None, str | None]:
        """The programme and the party (organisation number) it concerns."""
        raise NotImplementedError


E = TypeVar("E", bound=Entity)


class Event(BaseModel, Generic[E]):
    """One thing that happened. `id` is a UUIDv7 and the same on every retry."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: EntityId
    source: str
    type: str
    subject: str  # <programme>.<party>, the end of the NATS subject
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    traceparent: str | None = None
    data: E


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
    version: int = 1

    @cached_property
    def type(self) -> str:
        return f"kulturskole.{self.publisher}.{self.name}.v{self.version}"

    @cached_property
    def source(self) -> str:
        return f"/kulturskole/{self.publisher}"

    @cached_property
    def dataschema(self) -> str:
        return f"urn:kulturskole:{self.publisher}:{self.name}:v{self.version}"

    @property
    def filter(self) -> str:
        """The NATS filter of all events of this kind."""
        return f"kulturskole.{self.publisher}.{self.name}.*.*"

    def event(self, data: E, *, id: str, time: datetime) -> Event[E]:
        programme, party = data.scope()
        return model_of(self.entity)(
            id=id,
            source=self.source,
            type=self.type,
            subject=f"{programme or NOBODY}.{party or NOBODY}",
            time=time,
            dataschema=self.dataschema,
            data=data,
        )

    def json_schema(self) -> dict[str, Any]:
        """The JSON schema of the whole event, with the constants of this kind filled in."""
        schema = model_of(self.entity).model_json_schema()
        schema["title"] = f"{self.publisher} {self.name} v{self.version}"
        schema["$id"] = self.dataschema
        for name, constant in {"type": self.type, "source": self.source, "dataschema": self.dataschema}.items():
            schema["properties"][name] = {"const": constant, "type": "string"}
        schema["required"] = sorted({*schema["required"], "specversion", "datacontenttype"})
        return schema


def nats_subject(event: Event[Any]) -> str:
    """`kulturskole.<publisher>.<entity>.<happened>.<programme>.<party>`; the version is not part of it."""
    name, _, _ = event.type.rpartition(".v")
    return f"{name}.{event.subject}"
