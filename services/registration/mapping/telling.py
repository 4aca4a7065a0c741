"""A mapping as others hear of it: its actors counted, and never named (N2)."""

from __future__ import annotations

from services.registration.mapping.domain.mapping import Mapping
from shared.contracts import registration as events


def mapping(it: Mapping) -> events.Mapping:
    return events.Mapping(
        version=it.version,
        programme=it.programme,
        party=it.party,
        actors=it.size,
        fields=events.ActorsByField.model_validate(it.fields),
    )
