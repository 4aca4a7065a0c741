"""Every projection of every service is compared with its publisher by the audit, in every column."""

from __future__ import annotations

import json

import pytest
from pydantic_core import to_jsonable_python

from deploy.audit.projections import COMPARED
from deploy.parts import PARTS
from shared.contracts.catalogue import EVENT_TYPES
from shared.messaging.consume import Consumers, Projection
from shared.messaging.facts import Newest

CONSUMERS: dict[str, Consumers] = {part.name: part.consumers for part in PARTS}
PROJECTIONS = [(service, it) for service, consumers in CONSUMERS.items() for it in consumers.projections()]
NAMES = [f"{service}-{it.name}" for service, it in PROJECTIONS]


def test_no_projection_is_forgotten() -> None:
    assert {(service, it.name) for service, it in PROJECTIONS} == set(COMPARED)


@pytest.mark.parametrize(("service", "projection"), PROJECTIONS, ids=NAMES)
def test_each_column_is_said_to_be_what_its_handler_makes_of_every_kind_of_event(
    service: str, projection: Projection
) -> None:
    compared = COMPARED[service, projection.name]
    rows = 0
    for kind in EVENT_TYPES:
        event = kind.example()
        for handler in CONSUMERS[service].handlers(event):
            for fact in handler.run(event):
                if isinstance(fact, Newest) and fact.table is projection.table:
                    assert kind.entity is compared.entity
                    told = json.loads(event.model_dump_json(exclude_none=True))
                    assert compared.expected(told, projection.table.columns.keys()) == to_jsonable_python(fact.row)
                    assert compared.is_kept(told["data"])
                    rows += 1
    assert rows


@pytest.mark.parametrize(("service", "projection"), PROJECTIONS, ids=NAMES)
def test_whatever_is_told_of_an_entity_that_is_kept_reaches_it(service: str, projection: Projection) -> None:
    """Or it would keep an older version for ever."""
    compared = COMPARED[service, projection.name]
    for kind in EVENT_TYPES:
        event = kind.example()
        told = json.loads(event.model_dump_json(exclude_none=True))
        if kind.entity is compared.entity and compared.is_kept(told["data"]):
            names = {handler.name for handler in CONSUMERS[service].handlers(event)}
            assert projection.handler in names, kind.name
