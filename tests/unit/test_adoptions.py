"""Whatever a service tells, it can take back from its stream: every kind of its events has its adoption."""

from __future__ import annotations

import pytest

from deploy.parts import PARTS, Part
from shared.contracts.catalogue import EVENT_TYPES


@pytest.mark.parametrize("part", PARTS, ids=[part.name for part in PARTS])
def test_every_kind_of_event_of_a_service_has_its_adoption(part: Part) -> None:
    told = {kind.type for kind in EVENT_TYPES if kind.publisher == part.name}
    assert {kind.type for kind in part.adoptions} == told
    assert told
