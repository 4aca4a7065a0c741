"""A waiting list and its offers, put back from an older moment and recovered from the stream (R2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.integration.registration.waiting import WAITING_LIST, applied, decide, offer, open_with, put_in_order, seen
from tests.integration.registration.world import APRIL
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import DrillOf
from tests.support.waiting import eventually

THE_DAY_AFTER = datetime(2024, 5, 2, 22, 30, tzinfo=UTC)
KEPT = ("id", "version", "state", "waiting_list_place", "out_of_queue", "offered_until", "payer_reference")


def of(rows: dict[str, Any], table: str, *names: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(it[name] for name in names) for it in rows[table]), key=repr)


async def test_the_order_and_what_became_of_offers_come_back_and_who_only_moved_up_loses_nothing(
    drill_of: DrillOf, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    drill = await drill_of("registration")
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await open_with(api, 2)
        a, b, c, d = await applied(api, 4)
        await decide(api, "waiting_list", a, b, c, d)
    older = await copy_database(database)
    async with drill.running(database) as api:
        await put_in_order(api, b, a, d, c)
        await offer(api, b)
        await offer(api, a, "2024-06-17")
        await set_clock(database, THE_DAY_AFTER)
        await eventually(lambda: _lapsed(api, b))  # by the service's own work
        before, tag = await seen(api), (await api.administrator.get(WAITING_LIST)).headers["ETag"]
        assert [it[:2] for it in before] == [(d, 1), (c, 2), (b, None)]
    report = await drill.recover(older)
    assert report.invalid == []
    was, now = await drill.rows(database), await drill.rows(older)
    assert of(now, "application", *KEPT) == of(was, "application", *KEPT)
    offers = ("application", "offered_on", "answer_by", "outcome", "ended_on")
    assert of(now, "offer", *offers) == of(was, "offer", *offers)
    async with drill.running(older) as api:
        assert await seen(api) == before
        assert (await api.administrator.get(WAITING_LIST)).headers["ETag"] == tag
    await database.close()


async def _lapsed(api: Any, application: str) -> bool:
    return bool((await seen(api))[-1] == (application, None, ["offer_lapsed_out_of_the_queue"]))
