"""What an audit looks at: all that the APIs answer about one programme, and all events of it that the streams hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nats.aio.client import Client as Nats
from nats.aio.msg import Msg

from deploy.audit.projections import COMPARED
from deploy.client import Client
from shared.contracts.catalogue import BY_TYPE, PUBLISHERS, stream_of
from shared.contracts.envelope import NOBODY, Entity, EventType
from shared.messaging.in_hand import key_of
from shared.messaging.walk import walk

Row = dict[str, Any]
PAGE = 500
# What an invoice would lack, as billing says it (§ 5-1-1).
MISSING = ("organisation_number_wrong", "address_incomplete", "reference_missing", "place_missing")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Rows as the APIs give them; `events` are whole CloudEvents, of the programme and of who has to do with it."""

    programme: str
    concerned: frozenset[str]  # the organisation numbers of parties that something of the programme is about
    programmes: list[Row]  # this one
    parties: list[Row]  # those that are concerned
    applications: list[Row]
    agreements: list[Row]
    sessions: list[Row]
    releases: list[Row]
    waivers: list[Row]
    invoices: list[Row]
    credit_notes: list[Row]
    approvals: list[Row]
    unbilled: list[Row]
    deliveries: list[Row]
    mails: list[Row]
    verification: Row  # what billing finds of its number series
    files: Row  # and of the files of what it issued
    waiting: list[Row]  # mails that wait for something, with what
    events: list[Row]  # as the streams have them, those of a stream in its order
    told: list[Row]  # the same by what the services themselves keep, each with the moment of its sending
    disowned: frozenset[str]  # ids of events
    projections: Mapping[tuple[str, str], list[Row]]  # by service and table

    @property
    def waits_for_approval(self) -> set[tuple[str, int]]:
        """Agreement and instalment of which documents wait until somebody approves them."""
        return {(it["agreement"], it["instalment"]) for approval in self.approvals for it in approval["held"]}

    @property
    def waits_for_what_is_missing(self) -> set[tuple[str, int]]:
        """Agreement and instalment that are not invoiced before somebody mends what the invoice would lack."""
        return {(it["agreement"], it["instalment"]) for it in self.unbilled if it["why"] in MISSING}

    def happened(self, kind: EventType[Any]) -> list[Row]:
        """The events of a kind, each once."""
        return [it for it in self.all_events if it["type"] == kind.type]

    @cached_property
    def all_events(self) -> list[Row]:
        """Each once: those of the streams, but for the disowned, and those that the streams don't have any more."""
        kept = [it for it in self.events if it["id"] not in self.disowned]
        found = {it["id"]: it for it in (*(it["event"] for it in self.told), *kept)}
        return list(found.values())

    def newest(self, entity: type[Entity]) -> dict[str, Row]:
        """By what identifies it, each entity as the event with its highest version tells it."""
        return {key: event["data"] for key, event in self.newest_events(entity).items()}

    def newest_events(self, entity: type[Entity]) -> dict[str, Row]:
        """The same, with the events."""
        found: dict[str, Row] = {}
        for event in self.all_events:
            kind, data = BY_TYPE.get(event["type"]), event["data"]
            if kind is None or kind.entity is not entity:
                continue
            key = "/".join(str(data.get(name)) for name in entity.identity)
            if key not in found or data["version"] > found[key]["data"]["version"]:
                found[key] = event
        return found


async def gather(client: Client, operator: Nats, programme: str) -> Evidence:
    """Needs an administrator's key, and NATS' operator.

    Raises Refused, Unavailable, walk.StreamFellSilent or nats.errors.Error.
    """
    of_programme = {
        "applications": f"/registration/programmes/{programme}/applications",
        "agreements": f"/registration/programmes/{programme}/agreements",
        "sessions": f"/scheduling/programmes/{programme}/sessions",
        "releases": f"/billing/programmes/{programme}/releases",
        "waivers": f"/billing/programmes/{programme}/waivers",
        "invoices": f"/billing/programmes/{programme}/invoices",
        "credit_notes": f"/billing/programmes/{programme}/credit-notes",
        "approvals": f"/billing/programmes/{programme}/approvals",
        "deliveries": f"/billing/programmes/{programme}/deliveries",
    }
    rows = {name: await _all(client, path) for name, path in of_programme.items()}
    programmes = await _all(client, "/registration/programmes")
    parties = await _all(client, "/registration/parties")
    unbilled = await _all(client, "/billing/unbilled", programme=programme)
    mails = await _all(client, "/notifications/mails", programme=programme)
    waiting = await _all(client, "/notifications/waiting")
    disowned = [await _all(client, f"/{it}/operations/disowned") for it in PUBLISHERS]
    projections = {
        (service, name): await _all(client, f"/{service}/operations/projections/{name}") for service, name in COMPARED
    }
    streams = await asyncio.gather(*(_messages(operator, publisher, programme) for publisher in PUBLISHERS))
    told = [
        it
        for publisher in PUBLISHERS
        for scope in (programme, NOBODY)
        for it in await _all(client, f"/{publisher}/operations/told", programme=scope)
    ]
    scopes = [_scope(message.subject) for stream in streams for message in stream]
    scopes += [_scope(it["event"]["subject"]) for it in told]
    concerned = frozenset(party for code, party in scopes if code == programme) - {NOBODY}
    return Evidence(
        programme=programme,
        concerned=concerned,
        programmes=[it for it in programmes if it["code"] == programme],
        parties=[it for it in parties if it["organisation_number"] in concerned],
        **rows,
        unbilled=unbilled,
        verification=await client.get(f"/billing/programmes/{programme}/verification"),
        files=await client.get(f"/billing/programmes/{programme}/verification/files"),
        mails=mails,
        waiting=[it for it in waiting if it["programme"] == programme],
        events=[
            _event(message)
            for stream in streams
            for message in stream
            if _is_of(_scope(message.subject), programme, concerned)
        ],
        told=[it for it in told if _is_of(_scope(it["event"]["subject"]), programme, concerned)],
        disowned=frozenset(it["event_id"] for page in disowned for it in page),
        projections={name: [it["fields"] for it in found] for name, found in projections.items()},
    )


def _scope(subject: str) -> tuple[str, str]:
    """The programme and the party with which an event's subject ends, or NATS' own."""
    programme, party = subject.split(".")[-2:]
    return programme, party


def _is_of(scope: tuple[str, str], programme: str, concerned: Collection[str]) -> bool:
    """Of a programme, of a party that it concerns, or of a person, who is of no programme and no party."""
    return scope[0] == programme or (scope[0] == NOBODY and scope[1] in {*concerned, NOBODY})


def _event(message: Msg) -> Row:
    """Whole, as far as it can be read: whoever put it there."""
    try:
        found: Row = {"type": "something", "data": {}} | json.loads(message.data)
    except (ValueError, TypeError):
        return {"id": key_of(message.data), "type": "something that cannot be read", "data": {}}
    return found | {"id": key_of(message.data)}


async def _all(client: Client, path: str, **parameters: str) -> list[Row]:
    rows: list[Row] = []
    after: dict[str, str] = {}
    while True:
        page = await client.get(path, limit=PAGE, **parameters, **after)
        rows += page["items"]
        if page["next"] is None:
            return rows
        after = {"after": page["next"]}


async def _messages(operator: Nats, publisher: str, programme: str) -> list[Msg]:
    """A publisher's, of a programme and of none, read through a consumer of the audit's own: it takes none from a service.

    Raises walk.StreamFellSilent where the stream does not give all that it had when this began.
    """
    filters = [f"kulturskole.{publisher}.*.*.{it}.*" for it in (programme, NOBODY)]
    stream = await walk(operator, stream_of(publisher), filters)
    return [message async for messages in stream.batches() for message in messages]
