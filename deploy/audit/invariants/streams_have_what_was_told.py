"""A stream has all that its service sent, and nothing else, but for what is too old to be kept and what was disowned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from deploy.audit.evidence import Evidence
from shared.clock import real_now
from shared.messaging.streams import MAX_AGE

MARGIN = timedelta(days=1)


def check(evidence: Evidence) -> Iterator[str]:
    kept_since = real_now() - timedelta(seconds=MAX_AGE) + MARGIN
    there = {it["id"] for it in evidence.events}
    told = {it["event"]["id"] for it in evidence.told}
    for it in evidence.told:
        id, type_ = it["event"]["id"], it["event"]["type"]
        if it["published_at"] is None:
            yield f"{type_} {id} was never sent"
        elif id not in there and datetime.fromisoformat(it["published_at"]) > kept_since:
            yield f"{type_} {id} was sent and is not in the stream: republish {type_.split('.')[1]}"
    for event in evidence.events:
        if event["id"] not in told | evidence.disowned:
            yield f"{event['type']} {event['id']} is in the stream, and its service did not tell it"
