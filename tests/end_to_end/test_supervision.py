"""A service that can't go on, in the one process that runs all four."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import httpx
import pytest
from nats.aio.client import Client

from deploy.at_rest import until_at_rest
from deploy.client import Client as Api
from deploy.client import Unavailable
from deploy.embedded import Running, running
from deploy.nats_config import OPERATOR
from shared.messaging.broker import inbox_prefix
from shared.web import keys
from tests.support.waiting import patiently


async def delete_durable(it: Running, stream: str, durable: str) -> None:
    client = Client()
    password = it.state.passwords()[OPERATOR]
    url = f"nats://127.0.0.1:{it.nats_port}"
    await client.connect(url, user=OPERATOR, password=password, inbox_prefix=inbox_prefix(OPERATOR))
    await client.jsm().delete_consumer(stream, durable)
    await client.close()


async def faults(it: Running, service: str) -> list[str]:
    """The parts that are at fault."""
    async with httpx.AsyncClient(base_url=it.url) as client:
        return [fault["part"] for fault in (await client.get(f"/{service}/health/ready")).json()["faults"]]


async def test_a_service_that_ends_itself_is_provisioned_and_started_again(tmp_path: Path) -> None:
    async with running(tmp_path, port=0, nats_port=0) as it:
        before = dict(it.services)
        billing = before["billing"]
        assert billing is not None
        await delete_durable(it, "REGISTRATION", "billing")
        assert await faults(it, "billing") == ["consumers"]
        billing.fail("the durable billing on REGISTRATION is gone")  # as the watchdog does, after half a minute
        async with patiently():
            while it.services["billing"] in {None, billing}:
                assert await faults(it, "registration") == []
                await asyncio.sleep(0.05)
        assert await faults(it, "billing") == []
        assert {name for name, service in it.services.items() if service is not before[name]} == {"billing"}


async def test_a_service_whose_database_was_put_back_waits_and_the_others_serve(tmp_path: Path) -> None:
    state = tmp_path / "state"
    key = keys.create(state / "keys" / "keys.json", name="test", role="operator")
    for number, name in (("942110464", "Første"), ("964338531", "Annen")):
        async with running(state, port=0, nats_port=0) as it, Api(it.url, key) as api:
            await api.post("/registration/parties", PARTY | {"organisation_number": number, "name": name})
            await until_at_rest(api)
        if name == "Første":
            shutil.copy(state / "registration.db", tmp_path / "older.db")
    shutil.copy(tmp_path / "older.db", state / "registration.db")
    async with running(state, port=0, nats_port=0) as it, Api(it.url, key) as api:
        assert await faults(it, "registration") == ["database"]
        assert [await faults(it, name) for name in ("scheduling", "billing", "notifications")] == [[], [], []]
        with pytest.raises(Unavailable, match="kulturskole recover registration"):
            await api.get("/registration/parties")
        found = await api.get("/registration/operations/state")
        assert [it["type"] for it in found["older"]] == ["kulturskole.registration.party.registered.v1"]
        async with httpx.AsyncClient(base_url=it.url) as browser:
            assert "mangler nyeste data" in (await browser.get("/start")).text


PARTY = {
    "kind": "municipality",
    "municipality_number": "1506",
    "language_form": "bokmål",
    "address": {"street": "Gata", "postal_code": "6413", "city": "Molde"},
}
