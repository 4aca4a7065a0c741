"""Contact lists are exchanged before the period starts, and what is missing is asked for before that (R7, A8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from services.registration import tables
from services.registration.contact_lists.use_cases.exchange_contact_lists import count_what_is_due, exchange_what_is_due
from services.registration.contact_lists.use_cases.say_contact_list import say_contact_list
from shared.contracts.questions import WhatContactList
from shared.contracts.registration import ContactList
from shared.database import Database
from tests.integration.registration.world import (
    AGREEMENT,
    CODE,
    GROUP,
    MOLDE,
    OF_PROGRAMME,
    accept,
    form_group,
    send,
    to_who,
)
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of
from tests.support.statements import statements

START = date(2024, 8, 1)
LISTS = f"{OF_PROGRAMME}/contact-lists"


async def told(database: Database) -> list[tuple[str, int | None, bool]]:
    """Of each event about a list: what happened, the stage at which was asked, and whether it was complete."""
    return [
        (it.type.split(".")[3], it.data.asked_before, it.data.complete)
        for it in await events_of(database)
        if isinstance(it.data, ContactList)
    ]


async def days_pass(database: Database, *days: int) -> None:
    for n in days:
        await set_clock(database, datetime.combine(START - timedelta(days=n), time(12), UTC))
        await exchange_what_is_due(database)
        assert await count_what_is_due(database) == 0


async def test_fourteen_days_before_the_period_each_party_with_an_agreement_has_its_list(
    api: Api, database: Database
) -> None:
    await send(api)
    await days_pass(database, 40, 30, 15)
    assert await told(database) == []
    await days_pass(database, 14, 14, 10, 0)
    assert await told(database) == [("exchanged", None, True)]
    (shown,) = (await api.get(LISTS))["items"]
    assert (shown["exchanged_on"], shown["complete"], shown["missing_codes"]) == ("2024-07-18", True, [])
    assert await to_who(database, "contact_list") == ["Person 2", "Jonas Brekke"]


async def test_a_day_that_passed_unnoticed_is_seen_to_be_worked_off(api: Api, database: Database) -> None:
    await send(api)
    await days_pass(database, 40)
    await set_clock(database, datetime.combine(START - timedelta(days=14), time(12), UTC))
    assert await count_what_is_due(database) == 2  # the programme has come to a stage, and a list is due


async def test_an_agreement_that_is_sent_later_has_its_list_with_it(api: Api, database: Database) -> None:
    await form_group(api)
    await days_pass(database, 14)
    assert await told(database) == []
    await set_clock(database, datetime.combine(START - timedelta(days=-30), time(12), UTC))
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    await exchange_what_is_due(database)
    assert await told(database) == [("exchanged", None, True)]
    assert await count_what_is_due(database) == 0


@pytest.mark.parametrize(
    ("days", "stages"),
    [([40, 30, 14], [30, 14]), ([40, 20, 13], [30, 14]), ([40, 5], [14]), ([40, -1], []), ([40, -400], [])],
)
async def test_what_is_missing_is_asked_for_at_each_stage_but_not_at_one_that_is_past(
    api: Api, database: Database, days: list[int], stages: list[int]
) -> None:
    await accept(api)
    for n in days:
        await days_pass(database, n, n)
    assert await told(database) == [("missing", it, False) for it in stages]
    (shown,) = (await api.get(LISTS))["items"]
    assert shown["missing_codes"] == [
        "school_owner_is_missing",
        "participants_are_missing",
        "coordinator_is_missing",
        "advisor_is_missing",
    ]
    assert await to_who(database, "contact_list_missing") == ["Kari Vik", "Ingrid Moe"]


async def test_what_was_due_long_ago_is_not_sent_by_itself_but_when_somebody_asks_for_it(
    api: Api, database: Database
) -> None:
    await send(api)
    await days_pass(database, 40, -20)
    assert await told(database) == []
    assert await api.post(LISTS) == {"exchanged": 1, "unchanged": 0}
    assert await told(database) == [("exchanged", None, True)]


async def moved(api: Api, days: int) -> None:
    """The period starts so many days after the first of August."""
    await api.patch(OF_PROGRAMME, {"period_start": (START + timedelta(days=days)).isoformat()})


async def test_a_period_that_is_moved_to_a_later_day_has_its_lists_exchanged_anew_before_that_one(
    api: Api, database: Database
) -> None:
    await send(api)
    await days_pass(database, 30, 14)
    assert len(await told(database)) == 1
    await moved(api, 60)
    await days_pass(database, 13, 0, -45)
    assert len(await told(database)) == 1
    await days_pass(database, -46, -46, -50, -60, -80)
    assert await told(database) == [("exchanged", None, True)] * 2
    (shown,) = (await api.get(LISTS))["items"]
    assert (shown["exchanged_on"], shown["version"]) == ("2024-09-16", 2)


async def test_a_period_that_is_moved_and_moved_back_before_that_has_its_lists_once(
    api: Api, database: Database
) -> None:
    await send(api)
    await days_pass(database, 14)
    await moved(api, 60)
    await days_pass(database, 10)
    await moved(api, 0)
    await days_pass(database, 9, 0)
    assert await told(database) == [("exchanged", None, True)]


async def test_a_period_that_is_moved_to_an_earlier_day_has_what_has_not_happened_at_once(
    api: Api, database: Database
) -> None:
    await send(api)
    await days_pass(database, 20)
    await moved(api, -10)
    await days_pass(database, 20, 15, 10)
    assert await told(database) == [("exchanged", None, True)]


async def test_what_is_missing_is_asked_for_anew_before_the_day_that_the_period_was_moved_to(
    api: Api, database: Database
) -> None:
    await accept(api)
    await days_pass(database, 30, 14)
    await moved(api, 60)
    await days_pass(database, 13, -29, -30, -30, -45, -46, -46, -60)
    assert await told(database) == [("missing", it, False) for it in (30, 14, 30, 14)]


async def test_what_was_asked_for_in_time_for_the_day_that_the_period_was_moved_to_is_not_asked_for_again(
    api: Api, database: Database
) -> None:
    await accept(api)
    await days_pass(database, 30)
    await moved(api, -5)
    await days_pass(database, 29, 25, 20)
    assert await told(database) == [("missing", 30, False)]


async def test_a_list_that_was_exchanged_on_request_is_due_only_where_it_has_changed_since(
    api: Api, database: Database
) -> None:
    await send(api)
    await set_clock(database, datetime.combine(START - timedelta(days=60), time(12), UTC))
    assert await api.post(LISTS) == {"exchanged": 1, "unchanged": 0}
    await days_pass(database, 14)
    assert len(await told(database)) == 1
    group = await api.get(GROUP)
    await api.delete(f"{GROUP}/participants/{group['participants'][0]['id']}")
    await days_pass(database, 13, 13)
    assert await told(database) == [("exchanged", None, True), ("exchanged", None, False)]


async def test_it_is_exchanged_on_request_once_a_day_unless_somebody_has_changed(api: Api, database: Database) -> None:
    await form_group(api)
    assert await api.post(LISTS) == {"exchanged": 0, "unchanged": 0}  # no agreement is sent
    assert await api.post(LISTS, {"party": MOLDE}) == {"exchanged": 1, "unchanged": 0}
    assert await api.post(LISTS, {"party": MOLDE}) == {"exchanged": 0, "unchanged": 1}
    group = await api.get(GROUP)
    await api.delete(f"{GROUP}/participants/{group['participants'][0]['id']}")
    assert await api.post(LISTS, {"party": MOLDE}) == {"exchanged": 1, "unchanged": 0}
    assert [it[2] for it in await told(database)] == [True, False]
    (shown,) = (await api.get(LISTS))["items"]
    assert (shown["complete"], shown["missing_codes"]) == (False, ["participants_are_missing"])


async def test_who_takes_no_part_has_none(api: Api, database: Database) -> None:
    await accept(api)
    await api.refused(404, LISTS, {"party": "942110464"})
    await api.refused(404, "/registration/programmes/none/contact-lists")
    assert (await api.refused(422, LISTS, {"party": "1"}))["field"] == "party"
    await api.post(f"/registration/applications/{await application(api)}/withdrawal")
    assert (await api.refused(409, LISTS, {"party": MOLDE}))["code"] == "application_is_not_accepted"
    await days_pass(database, 30, 14)
    assert await told(database) == []


async def application(api: Api) -> str:
    (it,) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    return str(it["id"])


async def test_who_stands_on_it_is_answered_and_stands_in_no_event(api: Api, database: Database) -> None:
    await send(api)
    await days_pass(database, 14)
    answer = await say_contact_list(database, WhatContactList(programme=CODE, party=MOLDE))
    assert [(it.name, it.coordinates) for it in answer.group] == [
        ("Person 2", True),
        ("Person 0", False),
        ("Person 1", False),
        ("Person 3", False),
    ]
    assert (answer.period_start, answer.missing) == (START, ())
    (event_,) = [it for it in await events_of(database) if isinstance(it.data, ContactList)]
    assert "Person" not in event_.model_dump_json()


async def test_the_statements_do_not_grow_with_the_parties(api: Api, database: Database) -> None:
    await accept(api)
    few = await statements_of(database, 30)
    async with database.transaction() as connection:
        for table, key in ((tables.party, "organisation_number"), (tables.application, "party")):
            (row,) = (await connection.execute(select(table))).mappings()
            for n in range(20):
                other = {"id": f"application {n}"} if key == "party" else {}
                await connection.execute(table.insert(), {**row, key: f"{900_000_000 + n}", **other})
    assert await statements_of(database, 14) == few
    assert len(await told(database)) == 1 + 21


async def statements_of(database: Database, days_before: int) -> int:
    await set_clock(database, datetime.combine(START - timedelta(days=days_before), time(12), UTC))
    with statements() as made:
        await exchange_what_is_due(database)
    return len(made)
