"""How many replicas streams have, on three nats-servers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import nats as nats_py
import pytest
from nats.aio.client import Client

from deploy.command import CANNOT
from deploy.nats_config import OPERATOR
from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.streams import durables, provision
from tests.support import toy
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.processes import HOST, free_port
from tests.support.waiting import PATIENCE, eventually

CONFIG = """
server_name: "n{number}"
listen: "{host}:{port}"
jetstream {{ store_dir: "{store}" }}
cluster {{ name: "three", listen: "{host}:{own}", routes: [{routes}] }}
"""


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Client]:
    """A connection to three servers that keep streams together."""
    routes = [free_port() for _ in range(3)]

    def server(number: int) -> NatsServer:
        urls = ", ".join(f'"nats://{HOST}:{it}"' for it in routes)
        given = {
            "number": number,
            "host": HOST,
            "own": routes[number],
            "routes": urls,
            "store": tmp_path / f"js{number}",
        }
        return NatsServer(tmp_path / f"n{number}", lambda port: CONFIG.format(port=port, **given))

    servers = [server(number) for number in range(3)]
    await asyncio.gather(*(it.start() for it in servers))
    client = await nats_py.connect(servers[0].url)

    async def has_a_leader() -> bool:
        with suppress(TimeoutError, nats_py.errors.Error):
            await client.jsm(timeout=1).account_info()
            return True
        return False

    await eventually(has_a_leader)
    yield client
    await client.close()
    for it in servers:
        it.stop()


async def replicas(client: Client) -> list[int | None]:
    found = [await client.jsm(timeout=PATIENCE).stream_info(stream_of(it)) for it in PUBLISHERS]
    return [it.config.num_replicas for it in found]


async def test_provisioning_changes_the_number_of_replicas_only_where_it_is_asked_to(cluster: Client) -> None:
    wanted = durables([toy.consumers("billing")])
    await provision(cluster, wanted, replicas=3)
    await provision(cluster, wanted)
    assert await replicas(cluster) == [3, 3, 3, 3]
    await cluster.jsm(timeout=PATIENCE).delete_stream("BILLING")
    await provision(cluster, wanted)  # a stream that was lost comes back as the others are
    assert await replicas(cluster) == [3, 3, 3, 3]
    await provision(cluster, wanted, replicas=1)
    assert await replicas(cluster) == [1, 1, 1, 1]


@pytest.mark.parametrize(("replicas", "code"), [("3", CANNOT), ("", 0)])
async def test_a_variable_says_how_many_and_says_nothing_where_it_is_empty(
    nats: NatsServer, tmp_path: Path, replicas: str, code: int
) -> None:
    """A server that is alone refuses three."""
    password = tmp_path / "password"
    password.write_text(PASSWORDS[OPERATOR])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "provision", "--nats-url", nats.url, "--password-file", str(password)),
        env=os.environ | {"KULTURSKOLE_NATS_REPLICAS": replicas},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == code, said.decode()
    assert ("replicas > 1" in said.decode()) == bool(code)
