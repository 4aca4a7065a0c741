"""A group through time: who joins, leaves, takes somebody's place, coordinates and advises, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.database import Database
from tests.integration.registration.world import ADVISOR, GROUP, form_group, happened
from tests.support.api import Api
from tests.support.databases import set_clock

SIRI = {"name": "Siri Aas", "email": "siri.aas@molde.example"}
NOVEMBER = datetime(2024, 11, 20, 12, tzinfo=UTC)


def names(group: dict[str, Any]) -> list[str]:
    return sorted(it["name"] for it in group["participants"])


def coordinator(group: dict[str, Any]) -> str | None:
    return next((it["name"] for it in group["participants"] if it["id"] == group["coordinator"]), None)


async def test_somebody_takes_the_coordinators_place_in_one_step(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, NOVEMBER)
    path = f"{GROUP}/participants/{group['coordinator']}/successor"
    after = await api.post(path, SIRI | {"on": "2024-11-18"})
    assert (coordinator(after), names(after)) == ("Siri Aas", ["Person 0", "Person 1", "Person 3", "Siri Aas"])
    assert after["missing"] == []
    assert (await happened(database))[-2:] == ["advisor.attached", "group.changed"]
    assert await api.post(path, SIRI | {"on": "2024-11-18"}) == after
    assert after["version"] == group["version"] + 1


async def test_a_group_is_shown_as_it_was_on_a_day(api: Api, database: Database) -> None:
    before = await form_group(api)
    await set_clock(database, NOVEMBER)
    owner = next(it["id"] for it in before["participants"] if it["represents_school_owner"])
    await api.post(f"{GROUP}/participants/{before['coordinator']}/successor", SIRI | {"on": "2024-09-01"})
    now = await api.delete(f"{GROUP}/participants/{owner}?on=2024-10-01")
    assert now["missing"] == [
        "R3: the school owner must be represented in the group",
        "R5: a group needs at least four participants",
    ]
    assert now["missing_codes"] == ["school_owner_is_missing", "participants_are_missing"]
    assert await api.get(GROUP) == now == await api.get(GROUP, on="2024-11-20")
    then = await api.get(GROUP, on="2024-08-31")
    assert (names(then), coordinator(then), then["missing"]) == (names(before), "Person 2", [])
    assert [it["left_on"] for it in then["participants"]] == [None, "2024-10-01", "2024-09-01", None]
    assert {it["joined_on"] for it in then["participants"]} == {"2024-04-15"}
    assert coordinator(await api.get(GROUP, on="2024-09-01")) == "Siri Aas"
    assert names(await api.get(GROUP, on="2024-04-14")) == []


async def test_who_is_there_already_takes_nobodys_place(api: Api) -> None:
    group = await form_group(api)
    path = f"{GROUP}/participants/{group['coordinator']}/successor"
    refused = await api.refused(409, path, {"name": "Person 0", "email": "0@molde.example"})
    assert (refused["rule"], refused["field"]) == ("R5", "email")
    assert await api.get(GROUP) == group


async def test_a_day_that_does_not_fit_is_refused(api: Api, database: Database) -> None:
    group = await form_group(api)
    participant = f"{GROUP}/participants/{group['coordinator']}"
    for day in ("2024-04-16", "2024-04-14"):
        refused = await api.refused(422, f"{participant}/successor", SIRI | {"on": day})
        assert (refused["rule"], refused["field"]) == ("R5", "on")
    assert (await api.refused(422, f"{participant}?on=2024-04-16", method="DELETE"))["field"] == "on"


async def test_who_joined_by_mistake_is_gone_and_who_leaves_comes_back_as_the_same(
    api: Api, database: Database
) -> None:
    group = await form_group(api)
    mistake = (await api.post(f"{GROUP}/participants", SIRI))["participants"][-1]["id"]
    assert (await api.delete(f"{GROUP}/participants/{mistake}"))["history"] == group["history"]
    await set_clock(database, NOVEMBER)
    person = group["participants"][0]
    await api.delete(f"{GROUP}/participants/{person['id']}?on=2024-10-01")
    back = await api.post(f"{GROUP}/participants", {"name": person["name"], "email": person["email"]})
    stays = [it for it in back["history"] if it["person"] == person["person"]]
    assert [(it["from_on"], it["until_on"]) for it in stays] == [("2024-04-15", "2024-10-01"), ("2024-11-20", None)]


async def test_what_was_recorded_of_a_participant_is_corrected(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, NOVEMBER)
    path = f"{GROUP}/participants/{group['participants'][0]['id']}"
    body = {"role": "Rektor", "represents_school_owner": True, "joined_on": "2024-04-10"}
    corrected = (await api.patch(path, body))["participants"][0]
    assert {name: corrected[name] for name in body} == body
    assert (await api.refused(422, path, {"joined_on": "2024-11-21"}, method="PATCH"))["rule"] == "R5"
    assert names(await api.get(GROUP, on="2024-04-10")) == ["Person 0"]


async def test_since_when_somebody_coordinates_and_advises_is_corrected(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, NOVEMBER)
    one = group["participants"][1]["id"]
    tuva = await api.post("/registration/advisors", {"name": "Tuva Lie", "email": "tuva.lie@raadet.example"})
    for path, body, was in (
        (f"{GROUP}/coordinator", {"participant": one}, "coordinator"),
        (f"{GROUP}/advisor", {"advisor": tuva["id"]}, "advisor"),
    ):
        before = await api.post(path, body | {"on": "2024-11-01"})
        told = await happened(database)
        after = await api.post(path, body | {"on": "2024-10-06"})
        days = [(it["from_on"], it["until_on"]) for it in after["history"] if it["was"] == was]
        assert days == [("2024-04-15", "2024-10-06"), ("2024-10-06", None)]
        assert after["version"] == before["version"] + 1
        assert await happened(database) == [*told, "group.changed"], "nobody is attached anew"
        assert await api.post(path, body | {"on": "2024-10-06"}) == await api.post(path, body) == after
        assert "2024-04-15" in (await api.refused(409, path, body | {"on": "2024-04-14"}))["message"]
        assert (await api.refused(422, path, body | {"on": "2024-11-21"}))["field"] == "on"


async def test_it_is_kept_who_advised_when(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, NOVEMBER)
    tuva = await api.post("/registration/advisors", {"name": "Tuva Lie", "email": "tuva.lie@raadet.example"})
    after = await api.post(f"{GROUP}/advisor", {"advisor": tuva["id"], "on": "2024-11-01"})
    assert [it for it in after["history"] if it["was"] == "advisor"] == [
        {
            "was": "advisor",
            "person": group["advisor"]["id"],
            "name": ADVISOR["name"],
            "erased": False,
            "from_on": "2024-04-15",
            "until_on": "2024-11-01",
        },
        {
            "was": "advisor",
            "person": tuva["id"],
            "name": "Tuva Lie",
            "erased": False,
            "from_on": "2024-11-01",
            "until_on": None,
        },
    ]


async def test_an_advisor_falls_ill_and_another_takes_over(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, NOVEMBER)
    without = await api.delete(f"{GROUP}/advisor?on=2024-11-01")
    assert without["advisor"] is None
    assert await api.delete(f"{GROUP}/advisor") == without
    assert (await happened(database))[-1] == "advisor.detached"
    assert (await api.get(GROUP, on="2024-10-31"))["advisor"] == group["advisor"]
    tuva = await api.post("/registration/advisors", {"name": "Tuva Lie", "email": "tuva.lie@raadet.example"})
    await api.post(f"{GROUP}/advisor", {"advisor": tuva["id"]})
    advisors = {it["name"]: it["advises"] for it in (await api.get("/registration/advisors"))["items"]}
    assert advisors == {ADVISOR["name"]: 0, "Tuva Lie": 1}
