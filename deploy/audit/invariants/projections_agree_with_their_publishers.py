"""What a service keeps of what others told it is what the newest event of each entity says, in every field."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row
from deploy.audit.projections import COMPARED, Projection


def check(evidence: Evidence) -> Iterator[str]:
    for (service, table), projection in COMPARED.items():
        newest = {
            key: event
            for key, event in evidence.newest_events(projection.entity).items()
            if projection.is_kept(event["data"])
        }
        rows = {
            "/".join(str(row[it]) for it in projection.entity.identity): row
            for row in evidence.projections.get((service, table), [])
            if _is_of(row, projection, evidence)
        }
        for key in sorted(rows.keys() ^ newest.keys()):
            yield f"{service}'s {table} {key} is {'told and not there' if key in newest else 'there and not told'}"
        for key in sorted(rows.keys() & newest.keys()):
            expected = projection.expected(newest[key], rows[key])
            differs = [it for it, value in rows[key].items() if value != expected[it]]
            if differs:
                yield f"{service}'s {table} {key} is not as it was told: {', '.join(differs)}"


def _is_of(row: Row, projection: Projection, evidence: Evidence) -> bool:
    if projection.programme is None:  # of a party, or of a person
        return "organisation_number" not in row or row["organisation_number"] in evidence.concerned
    return bool(row[projection.programme] == evidence.programme)
