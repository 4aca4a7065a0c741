"""A publisher's operator sees who else reads its stream, and how far each has come."""

from __future__ import annotations

from deploy.nats_config import DOMAIN
from deploy.subscribers.subscriber import Subscriber
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.events import organisation_number
from tests.support.waiting import PATIENCE, eventually


async def test_a_publisher_lists_and_shows_who_reads_its_stream_and_how_far(arena: Arena) -> None:
    service = await arena.start("registration")
    credentials = await arena.server.subscribers.add(Subscriber(name="regnskap", parties=(organisation_number(3),)))
    await arena.server.subscribers.add(Subscriber(name="bare-fakturaer", types=("invoice.*",)))
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(5)])
    async with arena.http(service) as http:

        async def lag() -> int:
            (found,) = (await http.get("/operations/subscribers")).json()["items"]
            assert (found["name"], found["waits"]) == ("regnskap", False)
            count: int = found["lag"]
            return count

        await eventually(lag, equals=1)
        client = await arena.server.client_of(credentials)
        subscription = await client.jetstream(domain=DOMAIN).pull_subscribe_bind("regnskap", "REGISTRATION")
        (message,) = await subscription.fetch(1, timeout=PATIENCE)
        shown = (await http.get("/operations/subscribers/regnskap")).json()
        assert (shown["pending"], shown["unacknowledged"], shown["lag"]) == (0, 1, 1)
        assert shown["last_seen"] is not None
        assert shown["filters"] == [f"kulturskole.registration.*.*.*.{it}" for it in (organisation_number(3), "_")]
        await message.ack_sync()
        assert await lag() == 0
        for nobody in ("bare-fakturaer", "billing"):  # a service is no subscriber
            assert (await http.get(f"/operations/subscribers/{nobody}")).status_code == 404
        arena.server.stop()
        await eventually(lambda: service.client is not None and not service.client.is_connected)
        assert (await http.get("/operations/subscribers")).status_code == 503
    assert not service.failed.done()
