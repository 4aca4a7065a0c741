"""A programme is closed and opened again; a closed one takes nobody, and nobody is asked for anything in it (R6)."""

from __future__ import annotations

from datetime import date

from services.registration.app import adoptions
from services.registration.contact_lists import repository as contact_lists
from services.registration.programmes import repository as programmes
from shared.contracts.registration import PROGRAMME_CLOSED
from shared.database import Database
from tests.integration.registration.world import (
    AGREEMENT,
    APPLICATION,
    CODE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    form_group,
    happened,
)
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of

CLOSING, REOPENING = f"{OF_PROGRAMME}/closing", f"{OF_PROGRAMME}/reopening"


async def test_it_is_closed_once_and_opened_again_once(api: Api, database: Database) -> None:
    await set_clock(database, OCTOBER)
    assert (await api.post("/registration/programmes", PROGRAMME))["closed_on"] is None
    closed = await api.post(CLOSING)
    assert (closed["version"], closed["closed_on"]) == (2, OCTOBER.date().isoformat())
    assert await api.post(CLOSING) == closed
    assert await api.post("/registration/programmes", PROGRAMME) == closed  # opening it again is said otherwise
    changed = await api.patch(OF_PROGRAMME, {"name": "Et annet navn"})
    assert changed["closed_on"] == closed["closed_on"]
    opened = await api.post(REOPENING)
    assert (opened["version"], opened["closed_on"]) == (4, None)
    assert await api.post(REOPENING) == opened
    assert await happened(database) == [
        "programme.opened",
        "programme.closed",
        "programme.changed",
        "programme.changed",
    ]
    told = [
        it.data.closed_on for it in await events_of(database) if it.type.startswith("kulturskole.registration.prog")
    ]
    assert told == [None, OCTOBER.date(), OCTOBER.date(), None]
    await api.refused(404, "/registration/programmes/another/closing")


async def test_a_closed_one_takes_no_application_and_sends_no_agreement(api: Api) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/parties", PARTY)
    await api.post(CLOSING)
    refused = await api.refused(409, f"{OF_PROGRAMME}/applications", APPLICATION)
    assert (refused["code"], refused["rule"]) == ("programme_is_closed", "R6")
    await api.post(REOPENING)
    await form_group(api, opened=True)
    await api.post(CLOSING)
    assert (await api.refused(409, f"{OF_PROGRAMME}/agreements", AGREEMENT))["code"] == "programme_is_closed"
    await api.post(REOPENING)
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)


async def test_nobody_is_asked_for_anything_in_a_closed_one(api: Api, database: Database) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    a_month_before = date(2024, 7, 2)
    async with database.reading() as connection:
        assert await contact_lists.programmes_at_a_stage(connection, a_month_before) == [CODE]
    await api.post(CLOSING)
    async with database.reading() as connection:
        assert await contact_lists.programmes_at_a_stage(connection, a_month_before) == []


async def test_that_it_is_closed_comes_back_from_its_event(api: Api, database: Database) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    closed = await api.post(CLOSING)
    (event,) = [it for it in await events_of(database) if it.type == PROGRAMME_CLOSED.type]
    await api.post(REOPENING)
    later = event.model_copy(update={"data": event.data.model_copy(update={"version": 9})})
    async with database.transaction() as connection:
        await adoptions[PROGRAMME_CLOSED](connection, event)  # which is older
        assert (await programmes.get(connection, CODE)).closed_on is None
        await adoptions[PROGRAMME_CLOSED](connection, later)
        assert (await programmes.get(connection, CODE)).closed_on == date.fromisoformat(closed["closed_on"])
