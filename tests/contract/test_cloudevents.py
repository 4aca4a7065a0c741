"""Every event is a CloudEvent, and what is not is refused by the catalogue."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from shared.contracts import billing, catalogue
from shared.contracts.envelope import nats_subject
from shared.ids import new_id

SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "cloudevents-1.0.schema.json").read_text())
INVOICE = billing.Invoice(
    version=1,
    series="regionalt/invoices",
    number=1,
    programme="regionalt",
    party="942110464",
    agreement=new_id(),
    instalment=1,
    attempt=1,
    session=new_id(),
    amount_ore=666_667,
    issued_on=date(2024, 9, 26),
    due_on=date(2024, 10, 26),
    kid="0010000014",
)


def test_an_event_is_a_cloudevent() -> None:
    event = billing.INVOICE_ISSUED.event(INVOICE, id=new_id(), time=datetime(2024, 9, 26, tzinfo=UTC))
    told = json.loads(event.model_dump_json(exclude_none=True))
    jsonschema.validate(told, SCHEMA)
    # The published schema lets these through, so they are looked at by themselves.
    assert told["specversion"] == "1.0"
    assert all(re.fullmatch("[a-z0-9]+", name) for name in told)
    assert nats_subject(event) == "kulturskole.billing.invoice.issued.regionalt.942110464"
    assert catalogue.read(json.dumps(told).encode(), nats_subject(event)) == event


def test_a_reader_ignores_fields_that_it_does_not_know() -> None:
    event = billing.INVOICE_ISSUED.event(INVOICE, id=new_id(), time=datetime(2024, 9, 26, tzinfo=UTC))
    told = json.loads(event.model_dump_json())
    told["data"]["colour"] = told["colour"] = "blue"
    assert catalogue.read(json.dumps(told).encode(), nats_subject(event)) == event


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "kulturskole.billing.invoice.issued.v2"}, "unknown_version"),
        ({"type": "kulturskole.billing.invoice.framed.v1"}, "unknown_type"),
        ({"type": 1}, "undecodable"),
        ({"specversion": "1.1"}, "wrong_schema"),
        ({"time": "2024-09-26T00:00:00"}, "wrong_schema"),
        ({"data": None}, "wrong_schema"),
        ({"source": "/kulturskole/registration"}, "contradiction"),
        ({"subject": "regionalt.974760673"}, "contradiction"),
    ],
)
def test_what_is_no_event_of_the_catalogue_is_told_apart(changes: dict[str, object], reason: str) -> None:
    event = billing.INVOICE_ISSUED.event(INVOICE, id=new_id(), time=datetime(2024, 9, 26, tzinfo=UTC))
    told = json.loads(event.model_dump_json()) | changes
    with pytest.raises(catalogue.Unreadable) as refused:
        catalogue.read(json.dumps(told).encode(), nats_subject(event))
    assert refused.value.reason == reason
    assert "942110464" not in str(refused.value)


def test_no_kind_of_event_is_in_the_catalogue_twice() -> None:
    assert len(catalogue.BY_TYPE) == len(catalogue.EVENT_TYPES)
