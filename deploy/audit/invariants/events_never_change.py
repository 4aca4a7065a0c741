"""An event that is sent again, under whichever message id, has the content it had, as its service has: one id, one content."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row


def check(evidence: Evidence) -> Iterator[str]:
    first: dict[str, Row] = {}
    for event in (*(it["event"] for it in evidence.told), *evidence.events):
        if first.setdefault(event["id"], event) != event:
            yield f"the event {event['id']} is told with two contents"
