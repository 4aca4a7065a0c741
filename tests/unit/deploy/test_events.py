"""How events are written for people, and what is no event."""

from __future__ import annotations

import json

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy import events
from shared.contracts import schemas
from shared.contracts.billing import INVOICE_ISSUED
from shared.contracts.registration import ATTENDANCE_RECORDED

REPLY = "$JS.ACK.BILLING.durable.1.17.1.1727272800000000000.0"  # the seventeenth of its stream


def message(body: bytes) -> Msg:
    return Msg(_client=Client(), subject="kulturskole.billing.invoice.issued.x._", reply=REPLY, data=body)


def test_an_event_is_a_line_with_the_time_in_norway() -> None:
    told = schemas.example(INVOICE_ISSUED)
    line = f"2024-09-25 16:00:00\tinvoice.issued\tregionalt-2024-2025\t942110464\t{told['id']}"
    assert events.line_of(told) == line


def test_what_is_inside_a_field_stands_below_it_and_what_is_in_a_list_is_numbered() -> None:
    lines = list(events.lines_of(schemas.example(ATTENDANCE_RECORDED)))
    at = lines.index("  days:")
    assert lines[at : at + 6] == [
        "  days:",
        "    1:",
        "      day: 2024-09-24",
        "      expected: 4",
        "      present: 4",
        "      school_owner_present: true",
    ]
    assert list(events.lines_of({"kept": []})) == ["kept: none"]


@pytest.mark.parametrize(
    "body", [b"\xff", b"[]", b"{}", b'{"id": 1, "type": "x", "subject": "x", "time": "2024-09-25T14:00:00Z"}']
)
def test_what_is_no_event_is_said_aside_with_where_it_stands(body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert events.event_in(message(body)) is None
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "BILLING 17: what stands there is no event\n")


def test_an_event_of_a_newer_version_is_shown_as_it_is() -> None:
    told = schemas.example(INVOICE_ISSUED) | {"type": "kulturskole.billing.invoice.framed.v2", "colour": "blue"}
    found = events.event_in(message(json.dumps(told).encode()))
    assert found == told
    assert "\tinvoice.framed\t" in events.line_of(found)
