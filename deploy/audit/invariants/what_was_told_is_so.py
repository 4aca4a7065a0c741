"""The newest event of an agreement, a session or a release says what its service answers, and its version."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row

KINDS = (
    ("agreement", "agreements", ("signed_on", "ends_on", "kind_of_end", "fee_ore", "payer_reference")),
    ("session", "sessions", ("kind", "format", "number", "instalment", "state")),
    ("instalment", "releases", ("instalment", "effective_on", "withdrawn")),
)


def check(evidence: Evidence) -> Iterator[str]:
    for word, name, fields in KINDS:
        newest: dict[str, Row] = {}
        for event in evidence.events:
            entity, data = event["type"].split(".")[2], event["data"]
            if word not in entity and not (word == "session" and event["source"].endswith("/scheduling")):
                continue
            if "id" in data and data["version"] > newest.get(data["id"], {"version": 0})["version"]:
                newest[data["id"]] = data
        rows = {row["id"]: row for row in getattr(evidence, name)}
        for id in sorted(rows.keys() ^ newest.keys()):
            yield f"the {word} {id} is {'told and not there' if id in newest else 'there and not told'}"
        for id in sorted(rows.keys() & newest.keys()):
            differs = [it for it in ("version", *fields) if rows[id][it] != newest[id].get(it)]
            if differs:
                yield f"the {word} {id} and its newest event differ in {', '.join(differs)}"
