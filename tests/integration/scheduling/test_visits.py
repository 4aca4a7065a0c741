"""Guidance visits by the API and by the day: how far each is, who is told that one is not booked, and their minutes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from services.scheduling.consumers import consumers
from services.scheduling.guidance.use_cases.tell_unbooked_visits import count_unbooked_to_tell, tell_unbooked_visits
from shared.contracts import registration
from shared.contracts.scheduling import UnbookedVisit
from shared.database import Database
from tests.integration.scheduling.test_admin_api import SESSIONS, VISIT, api, database
from tests.support.api import Api, problem
from tests.support.databases import set_clock
from tests.support.events import (
    PROGRAMME,
    accepted,
    application,
    group_changed,
    organisation_number,
    party,
    signed,
    succeeded,
)
from tests.support.facts import events_of, take

__all__ = ["api", "database"]

LINE = {
    "kind": "guidance_visit",
    "format": "undecided",
    "title": "Veiledningsbesøk 1",
    "number": 1,
    "when": {"weeks": [{"year": 2024, "first": 40, "last": 44}], "months": ["2024-10"]},
}
PUBLICATION = f"/scheduling/programmes/{PROGRAMME}/plan/publication"
VISITS = f"/scheduling/programmes/{PROGRAMME}/visits"
ADVISOR = "018f9b00-0000-7000-8000-00000000000d"
HALF_GONE = date(2024, 10, 18)


async def on(database: Database, day: date) -> None:
    await set_clock(database, datetime(day.year, day.month, day.day, 8, tzinfo=UTC))


async def told(database: Database) -> list[tuple[str, int, int, date]]:
    found = [it.data for it in await events_of(database) if isinstance(it.data, UnbookedVisit)]
    return [(it.party, it.number, it.version, it.window_last) for it in found]


async def test_a_visit_is_followed_from_the_plans_line_until_it_was_held(api: Api, database: Database) -> None:
    await api.post(SESSIONS, LINE)
    (one,) = (await api.get(VISITS))["items"]
    assert (one["party"], one["party_name"], one["number"]) == (organisation_number(1), "Kommune 1", 1)
    assert (one["state"], one["window_text"], one["half_gone_on"]) == (
        "not_booked",
        "oktober 2024 (uke 40–44)",
        "2024-10-18",
    )
    rough = VISIT | {"when": {"weeks": [{"year": 2024, "first": n, "last": n} for n in (40, 41)]}}
    visit = await api.post(SESSIONS, rough)
    path = f"/scheduling/sessions/{visit['id']}"
    states = [(await api.get(VISITS))["items"][0]["state"]]
    await api.post(f"{path}/sharpening", {"when": VISIT["when"]})
    states.append((await api.get(VISITS))["items"][0]["state"])
    await on(database, date(2024, 10, 7))
    await api.post(f"{path}/completion")
    states.append((await api.get(VISITS))["items"][0]["state"])
    assert states == ["proposed", "agreed", "held"]


async def test_minutes_are_of_what_was_held_and_stand_in_no_event(api: Api, database: Database) -> None:
    visit = await api.post(SESSIONS, VISIT)
    path = f"/scheduling/sessions/{visit['id']}"
    said = {"text": "Gruppen er i gang.\n\nNeste gang: fase 2."}
    assert (await api.refused(409, f"{path}/minutes", said, method="PUT"))["code"] == "not_held_yet"
    await on(database, date(2024, 10, 7))
    await api.post(f"{path}/completion")
    long = await api.refused(422, f"{path}/minutes", {"text": "x" * 5000}, method="PUT")
    assert (long["code"], long["field"], long["values"]) == ("string_too_long", "text", {"max_length": 4000})
    answer = await api.administrator.put(f"{path}/minutes", json=said, headers={"If-Match": '"0"'})
    assert answer.json() == {"session": visit["id"], "written_by": "the administrator", **said}
    assert await api.get(f"{path}/minutes") == answer.json()
    stale = await api.administrator.put(f"{path}/minutes", json={"text": "Annet"}, headers={"If-Match": '"0"'})
    assert problem(stale, 412)["code"] == "changed_meanwhile"
    assert (await api.reader.get(f"{path}/minutes")).status_code == 403
    assert "fase 2" not in json.dumps([it.model_dump(mode="json") for it in await events_of(database)])
    removed = await api.administrator.put(f"{path}/minutes", json={"text": None})
    assert removed.json()["text"] is None


async def test_the_plans_own_line_has_no_minutes(api: Api) -> None:
    line = await api.post(SESSIONS, LINE)
    path = f"/scheduling/sessions/{line['id']}/minutes"
    assert (await api.refused(422, path, {"text": "Hei"}, method="PUT"))["code"] == "not_held_with_one_party"


async def test_what_is_not_booked_once_half_of_the_window_is_gone_is_told_once(api: Api, database: Database) -> None:
    await take(consumers, database, party(2), accepted(2), *(group_changed(n, advisor=ADVISOR) for n in (1, 2)))
    await api.post(SESSIONS, LINE)
    await api.post(SESSIONS, VISIT)
    await api.post(PUBLICATION)
    await on(database, date(2024, 10, 17))
    await tell_unbooked_visits(database)
    assert await told(database) == []
    await on(database, HALF_GONE)
    assert await count_unbooked_to_tell(database) == 1
    assert [it["party"] for it in (await api.get(VISITS, late=True))["items"]] == [organisation_number(2)]
    for _ in range(2):
        await tell_unbooked_visits(database)
    await on(database, date(2024, 10, 21))
    await tell_unbooked_visits(database)
    assert await count_unbooked_to_tell(database) == 0
    assert await told(database) == [(organisation_number(2), 1, 1, date(2024, 11, 3))]


async def test_a_successor_has_had_what_was_held_with_its_predecessor(api: Api, database: Database) -> None:
    await take(consumers, database, party(2), signed(1), group_changed(2, advisor=ADVISOR))
    await api.post(SESSIONS, LINE)
    visit = await api.post(SESSIONS, VISIT)
    await api.post(PUBLICATION)
    await on(database, date(2024, 10, 7))
    await api.post(f"/scheduling/sessions/{visit['id']}/completion")
    to_two = application(registration.APPLICATION_CHANGED, 1, 3, state="accepted", party=organisation_number(2))
    await take(consumers, database, succeeded(1, by=2), to_two)
    await on(database, HALF_GONE)
    await tell_unbooked_visits(database)
    assert await told(database) == []
    (one,) = (await api.get(VISITS))["items"]
    assert (one["party"], one["state"], one["session"]) == (organisation_number(2), "held", visit["id"])


async def test_nobody_is_told_by_a_draft(api: Api, database: Database) -> None:
    await take(consumers, database, group_changed(1, advisor=ADVISOR))
    await api.post(SESSIONS, LINE)
    await on(database, HALF_GONE)
    await tell_unbooked_visits(database)
    assert await told(database) == []
    await api.post(PUBLICATION)
    await on(database, date(2024, 10, 19))
    await tell_unbooked_visits(database)
    assert len(await told(database)) == 1


async def test_a_window_that_is_moved_is_another(api: Api, database: Database) -> None:
    await take(consumers, database, group_changed(1, advisor=ADVISOR))
    line = await api.post(SESSIONS, LINE)
    await api.post(PUBLICATION)
    await on(database, HALF_GONE)
    await tell_unbooked_visits(database)
    await api.post(f"/scheduling/sessions/{line['id']}/move", {"when": {"months": ["2024-11"]}})
    for day in (date(2024, 10, 19), date(2024, 11, 16)):
        await on(database, day)
        await tell_unbooked_visits(database)
    assert await told(database) == [
        (organisation_number(1), 1, 1, date(2024, 11, 3)),
        (organisation_number(1), 1, 2, date(2024, 11, 30)),
    ]


async def test_nobody_is_told_of_a_window_that_is_over_or_without_an_advisor(api: Api, database: Database) -> None:
    await api.post(SESSIONS, LINE)
    await api.post(PUBLICATION)
    await on(database, HALF_GONE)
    await tell_unbooked_visits(database)
    assert await told(database) == []
    await take(consumers, database, group_changed(1, advisor=ADVISOR))
    await on(database, date(2024, 11, 4))
    await tell_unbooked_visits(database)
    assert await told(database) == []
    assert [it["is_late"] for it in (await api.get(VISITS))["items"]] == [True]
