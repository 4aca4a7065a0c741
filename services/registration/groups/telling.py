"""A group as others hear of it: its people counted, and never named (N2)."""

from __future__ import annotations

from services.registration.groups.domain.completeness import is_complete
from services.registration.groups.domain.group import Group
from shared.contracts import registration as events


def group(it: Group) -> events.Group:
    return events.Group(
        version=it.version,
        programme=it.programme,
        party=it.party,
        size=len(it.present),
        complete=is_complete(it),
        coordinator_elected=it.coordinator is not None,
        coordinator=it.participant(it.coordinator).person if it.coordinator else None,
        school_owner_represented=it.school_owner_represented,
        advisor=it.advisor,
    )
