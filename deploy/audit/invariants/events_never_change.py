"""An event that is sent again, under whichever message id, has the content it had: one event id, one content."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row


def check(evidence: Evidence) -> Iterator[str]:
    first: dict[str, Row] = {}
    for event in evidence.events:
        if first.setdefault(event["id"], event) != event:
            yield f"the event {event['id']} stands in the stream with two contents"
