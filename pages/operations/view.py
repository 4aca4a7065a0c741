"""What Drift shows, put together from what the services say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SERVICES = {
    "registration": "Påmelding",
    "scheduling": "Plan",
    "billing": "Fakturering",
    "notifications": "Varsling",
}
# What is at fault, by its part, and what it means meanwhile.
FAULTS = {
    "service": "Tjenesten er ikke startet.",
    "database": "Databasen svarer ikke, eller er eldre enn det som er fortalt. Ingenting vises eller endres så lenge.",
    "broker": "NATS svarer ikke. Det som endres, er lagret, og fortelles videre når NATS er tilbake.",
    "stream": "Hendelsene på NATS mangler, eller noen av dem. De må klargjøres og sendes på nytt.",
    "consumers": "Et abonnement på NATS mangler og må klargjøres. Så lenge kommer ingen nyheter fram hit.",
    "publishing": "NATS tar ikke imot hendelser. De er lagret, og sendes når det er plass.",
    "access_point": "Aksesspunktet tar ikke imot. Fakturaer og kreditnotaer som går som EHF, venter og prøves igjen.",
    "mail": "E-posttjeneren tar ikke imot. E-postene venter.",
    "work": "Noe av arbeidet feiler og er satt til side. Resten går sin gang.",
}
# Why a message could not be handled.
PARKED = {
    "failed": "Behandlingen feilet gang på gang.",
    "too_long": "Den er for stor.",
    "undecodable": "Den kan ikke leses.",
    "unknown_type": "Slaget er ukjent.",
    "unknown_version": "Den er skrevet av en nyere versjon.",
    "wrong_schema": "Noe i den mangler eller er feil.",
    "contradiction": "Den motsier seg selv.",
}
UNKNOWN = "Noe er galt."


@dataclass(frozen=True, kw_only=True)
class Parked:
    """Messages of one type that could not be handled, for one reason."""

    type: str | None
    why: str
    messages: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    title: str
    is_away: bool  # does not answer at all
    is_ready: bool
    faults: Sequence[tuple[str, str]]  # in words, and in the service's own
    state: Mapping[str, Any] | None  # none where it is not known
    parked: Sequence[Parked]
    set_aside: Sequence[Mapping[str, Any]]

    @property
    def says(self) -> str:
        if self.is_away:
            return "Svarer ikke"
        if not self.is_ready:
            return "Ikke klar"
        return "Klar, men ikke hel" if self.faults else "I orden"

    @property
    def needs_someone(self) -> bool:
        return self.is_away or not self.is_ready or bool(self.faults)


def service(
    name: str,
    *,
    health: Mapping[str, Any] | None,
    state: Mapping[str, Any] | None,
    parked: Iterable[Mapping[str, Any]],
    set_aside: Iterable[Mapping[str, Any]],
) -> Service:
    """`health` is none where nobody answered, `state` where it could not be said."""
    faults = (health or {}).get("faults") or ()
    return Service(
        name=name,
        title=SERVICES[name],
        is_away=health is None,
        is_ready=bool(health and health.get("ready")),
        faults=[(FAULTS.get(it["part"], UNKNOWN), it["reason"]) for it in faults],
        state=state,
        parked=_by_type(parked),
        set_aside=list(set_aside),
    )


def _by_type(found: Iterable[Mapping[str, Any]]) -> list[Parked]:
    groups: dict[tuple[str | None, str], list[Mapping[str, Any]]] = {}
    for it in found:
        groups.setdefault((it["type"], it["reason"]), []).append(it)
    return [
        Parked(type=type, why=PARKED.get(reason, UNKNOWN), messages=those) for (type, reason), those in groups.items()
    ]


def why(reason: str) -> str:
    """Why a message could not be handled, by its code."""
    return PARKED.get(reason, UNKNOWN)


def event(type: str | None) -> str:
    """What happened, by an event's type: `registration: programme.opened`."""
    if not type:
        return "ukjent"
    parts = type.split(".")
    return f"{parts[1]}: {'.'.join(parts[2:-1])}" if len(parts) >= SHORTEST else type


SHORTEST = 5  # kulturskole.registration.programme.opened.v1
