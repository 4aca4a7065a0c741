"""What an invoice lacks is seen, holds up no other, burns no number, and is issued by itself once it is mended (§ 5-1-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.billing import tables
from services.billing.app import create
from services.billing.instalments.use_cases.list_unbilled import list_unbilled
from services.billing.settings import Settings
from shared.contracts.registration import PostalAddress
from shared.database import Database
from tests.integration.billing.world import (
    AMOUNTS,
    aside,
    check_everything_was_told_once,
    invoices,
    marks_left,
    standing,
    take,
    work,
)
from tests.support.api import api_of
from tests.support.databases import set_clock
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    amended,
    completed,
    organisation_number,
    party,
    programme,
    session,
    session_id,
    signed,
)

ONE, TWO = organisation_number(1), organisation_number(2)
NO_STREET = PostalAddress(street="", postal_code="7010", city="Trondheim")


async def whys(database: Database, party: str = ONE) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for it in await list_unbilled(database, PROGRAMME):
        if it.party == party:
            found.setdefault(it.unbilled.instalment, []).append(it.unbilled.why)
    return found


async def loses_its_reference(database: Database) -> None:
    """As a reader may: who told it took it, and a reader checks no pattern."""
    async with database.transaction() as connection:
        await connection.execute(tables.agreement.update().values(payer_reference=""))


async def test_who_has_no_whole_address_is_set_aside_until_news_mends_it(database: Database) -> None:
    await take(database, programme(), party(1, address=NO_STREET), signed(1), party(2), signed(2), completed(1))
    await work(database)
    assert await standing(database) == {(TWO, 1): AMOUNTS[1]}
    assert await aside(database) == {agreement_id(1): "address_incomplete"}
    assert (await whys(database))[1] == ["address_incomplete"]
    assert await marks_left(database) == 0
    await take(database, party(1, 2))
    await work(database)
    assert [(it.number, it.party) for it in await invoices(database)] == [(1, TWO), (2, ONE)]
    assert await aside(database) == {}
    assert 1 not in await whys(database)
    await check_everything_was_told_once(database)


async def test_an_agreement_without_a_reference_is_invoiced_once_it_has_one(database: Database) -> None:
    await take(database, programme(), party(1), signed(1))
    await loses_its_reference(database)
    await take(database, completed(1))
    await work(database)
    assert await standing(database) == {}
    assert await aside(database) == {agreement_id(1): "reference_missing"}
    await take(database, amended(1))
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1]}


async def test_a_session_without_a_place_keeps_back_its_instalment_and_no_other(database: Database) -> None:
    nowhere: dict[str, Any] = {"place": None, "venue": None, "city": None}
    await take(database, programme(), party(1), signed(1), completed(1, **nowhere), completed(2))
    await work(database)
    assert await standing(database) == {(ONE, 2): AMOUNTS[2]}
    assert await aside(database) == {agreement_id(1): "place_missing"}
    assert await whys(database) == {1: ["place_missing"], 3: ["no_session"]}
    await take(database, session("changed", 1, 3, state="completed"))
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1], (ONE, 2): AMOUNTS[2]}
    assert [it.number for it in await invoices(database)] == [1, 2]


async def test_who_has_a_number_that_is_wrong_is_carried_over_to_the_right_one(database: Database) -> None:
    wrong = f"{ONE[:-1]}{(int(ONE[-1]) + 1) % 10}"
    await take(database, programme(), party(1, organisation_number=wrong), signed(1, party=wrong), completed(1))
    await work(database)
    assert await standing(database) == {}
    assert await whys(database, wrong) == {1: ["organisation_number_wrong"], 2: ["no_session"], 3: ["no_session"]}
    await take(database, party(1), amended(1))
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1]}


async def test_what_is_invoiced_stays_whatever_is_lacking_later(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    await take(database, party(1, 2, address=NO_STREET), completed(2))
    await loses_its_reference(database)
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1]}
    assert await whys(database) == {2: ["address_incomplete", "reference_missing"], 3: ["no_session"]}


async def test_a_fee_that_is_now_below_what_stands_is_told_so_and_issued_once_that_is_credited(
    database: Database,
) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    await take(database, amended(1, fee_ore=600_000), completed(2))
    await work(database)
    assert await aside(database) == {agreement_id(1): "fee_below_what_stands"}
    assert (await whys(database))[2] == ["fee_below_what_stands"]


async def test_the_preview_says_the_same(database: Database, tmp_path: Path) -> None:
    await set_clock(database, datetime(2025, 3, 1, 12, tzinfo=UTC))
    await take(database, programme(), session("planned", 1))
    await take(database, party(1, address=NO_STREET), signed(1), party(2), signed(2))
    await work(database)
    async with api_of(create, Settings, database, tmp_path) as api:
        found = await api.get(f"/billing/programmes/{PROGRAMME}/preview", completed=session_id(1))
        released = await api.get(f"/billing/programmes/{PROGRAMME}/preview", released=2, effective_on="2025-02-01")
    for it, n in ((found, 1), (released, 2)):
        assert [(one["party"], one["instalment"]) for one in it["issued"]] == [(TWO, n)]
        assert [(one["party"], one["instalment"], one["why"]) for one in it["set_aside"]] == [
            (ONE, n, "address_incomplete")
        ]
    await take(database, completed(1))
    await work(database)
    items = [it for it in await list_unbilled(database, PROGRAMME) if it.unbilled.instalment == 1]
    assert [it.unbilled.explanation for it in items] == [found["set_aside"][0]["explanation"]]


async def test_a_gap_in_what_is_lacking_burns_no_number(database: Database) -> None:
    await take(database, programme(), *(party(n) for n in range(1, 6)), *(signed(n) for n in range(1, 6)))
    await take(database, party(3, 2, address=NO_STREET), completed(1))
    await work(database)
    assert [it.number for it in await invoices(database)] == [1, 2, 3, 4]
    async with database.reading() as connection:
        rows = await connection.execute(tables.series.select().order_by(tables.series.c.ordinal))
        assert [row.last_number for row in rows] == [4, 0]
    await take(database, party(3, 3))
    await work(database)
    assert [(it.number, it.party) for it in await invoices(database)][4:] == [(5, organisation_number(3))]
