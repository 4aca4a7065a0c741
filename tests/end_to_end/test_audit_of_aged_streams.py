"""A stream has no more what is too old for it: the audit takes that from its service, and finds there what does not agree."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from nats.aio.client import Client as Nats
from nats.js.api import DiscardPolicy

from deploy.audit.evidence import Evidence, gather
from deploy.audit.invariants import broken
from deploy.client import Client
from deploy.nats_operator import operator
from shared.contracts.catalogue import stream_of
from shared.contracts.registration import PARTY_REGISTERED, PROGRAMME_OPENED
from shared.messaging.streams import DAY, MAX_AGE
from tests.end_to_end.started import Started, started
from tests.end_to_end.test_rebuild import PROGRAMME, applied, audited
from tests.support.waiting import PATIENCE

T = TypeVar("T")
OLDER = (PROGRAMME_OPENED, PARTY_REGISTERED)  # the first two that registration tells; the application comes after them


def by_operator(it: Started, do: Callable[[Nats], Awaitable[T]]) -> T:
    async def connected() -> T:
        password = (it.state / "nats-operator").read_text().strip()
        async with operator(f"nats://127.0.0.1:{it.nats_port}", password) as nats:
            return await do(nats)

    return asyncio.run(connected())


def dropped(it: Started) -> None:
    """What comes first in registration's stream: by its limits, as NATS drops what is too old. It can't be purged."""

    async def drop(nats: Nats) -> None:
        jsm, stream = nats.jsm(), stream_of("registration")
        found = await jsm.stream_info(stream)
        fewer = found.config.evolve(max_msgs=found.state.messages - len(OLDER), discard=DiscardPolicy.OLD)
        for config in (fewer, found.config):
            await jsm.update_stream(config)
        assert (await jsm.stream_info(stream)).state.first_seq == len(OLDER) + 1

    by_operator(it, drop)


def evidence_of(it: Started, key: str) -> Evidence:
    """As the audit gathers it, but for its wait for rest: the stream was made today, and registration says that it lacks the older."""

    async def look(nats: Nats) -> Evidence:
        async with Client(it.url, key) as client:
            return await gather(client, nats, PROGRAMME)

    return by_operator(it, look)


def write(it: Started, service: str, statement: str) -> int:
    """How many rows were changed."""
    with sqlite3.connect(it.state / f"{service}.db", timeout=PATIENCE) as connection:
        changed = connection.execute(statement).rowcount
    connection.close()
    return changed


def test_what_has_aged_out_of_a_stream_is_audited_by_what_its_service_keeps(tmp_path: Path) -> None:
    with started(tmp_path / "state") as it:
        key = it.key
        assert key is not None
        applied(it, {"Authorization": f"Bearer {key}"})
        assert audited(it, key) == {}

        dropped(it)
        (lacks,) = audited(it, key).items()
        assert lacks[0] == "streams_have_what_was_told"
        assert [line.split()[0] for line in lacks[1]] == [kind.type for kind in OLDER]

        types = ", ".join(f"'{kind.type}'" for kind in OLDER)
        days = f"'-{MAX_AGE // DAY + 1} days'"
        aged = f"UPDATE outbox SET published_at = datetime(published_at, {days}) WHERE type IN ({types})"  # noqa: S608 - of constants
        assert write(it, "registration", aged) == len(OLDER)
        found = evidence_of(it, key)
        assert not {event["type"] for event in found.events} & {kind.type for kind in OLDER}
        assert all(len(found.happened(kind)) == 1 for kind in OLDER)
        assert broken(found) == {}

        assert write(it, "notifications", "UPDATE party SET name = 'Gammelt navn'") == 1
        assert write(it, "registration", "UPDATE programme SET fee_ore = fee_ore + 1") == 1
        found = evidence_of(it, key)
        (party,), (programme,) = found.parties, found.programmes
        assert broken(found) == {
            "newest_events_agree_with_the_apis": [
                f"the programme {programme['code']} and its newest event differ in fee_ore"
            ],
            "projections_agree_with_their_publishers": [
                f"notifications's party {party['organisation_number']} is not as it was told: name"
            ],
        }
