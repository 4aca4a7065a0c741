"""A database whose recovery was killed serves nothing until that has come to its end, whatever the outbox knows by then."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.contracts.registration import Party
from shared.messaging import tables as kernel
from shared.messaging.facts import Newest, record
from shared.messaging.recover import Adoptions, Report, recover
from tests.integration.messaging.conftest import Arena
from tests.integration.messaging.older import has_sent, stop, waiting
from tests.support import toy
from tests.support.databases import count
from tests.support.waiting import patiently

pytestmark = pytest.mark.usefixtures("often")


class Killed(BaseException):
    pass


def adoptions(*, dies_at: int | None = None) -> Adoptions:
    """Party 1 is taken only after party 2, which stands behind it; at this try to take it the process dies."""
    tries = 0

    async def party(connection: AsyncConnection, event: Event[Party]) -> None:
        nonlocal tries
        it = event.data
        if it == toy.a_party(1):
            tries += 1
            if tries == dies_at:
                raise Killed
            if (await connection.execute(select(toy.party))).first() is None:
                msg = "party 2 is not known"
                raise RuntimeError(msg)
        await record(connection, [Newest(toy.party, id=it.organisation_number, version=it.version, name=it.name)])

    return {registration.PARTY_REGISTERED: party}


async def recovered(arena: Arena, how: Adoptions, *, do: bool = True) -> Report:
    return await recover(arena.operator, arena.publisher, toy.nobody("registration"), how, do=do)


async def test_what_was_recovered_by_half_is_not_served_until_it_is_recovered_whole(arena: Arena) -> None:
    first = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1), toy.a_party(2)])
    await has_sent(arena, 2)
    await stop(arena, first)
    await arena.empty("registration")
    with pytest.raises(Killed):  # a dry run comes first: there the first try fails and the second does not
        await recovered(arena, adoptions(dies_at=4))
    assert await count(arena.publisher, kernel.outbox) == 1  # the newest of all
    async with waiting(arena, "registration") as (service, starting), arena.http(service) as http:
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()["older"]) == (503, [])
        (fault,) = ready.json()["faults"]
        assert fault["part"] == "database"
        assert "not come to its end" in fault["reason"]
        assert "kulturskole recover registration" in fault["reason"]
        await recovered(arena, adoptions(), do=False)
        assert service.is_older.is_set()
        assert not starting.done()
        assert (await recovered(arena, adoptions())).done
        async with patiently():
            await starting
    assert await count(arena.publisher, kernel.outbox) == 2


async def test_what_cannot_be_recovered_changes_nothing(arena: Arena) -> None:
    """Nor does it say that it was tried."""
    first = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await has_sent(arena, 1)
    await stop(arena, first)
    await arena.empty("registration")
    assert [it.reason for it in (await recovered(arena, adoptions())).invalid] == ["RuntimeError: party 2 is not known"]
    assert await count(arena.publisher, kernel.recovery) == 0
