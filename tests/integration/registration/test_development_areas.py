"""What a county branch has adopted with its term, and the applications that name it (R2)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.database import Database
from tests.integration.registration.world import (
    APPLICATION,
    ASSESSMENT,
    BRANCH,
    MOLDE,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    form_group,
    happened,
)
from tests.support.api import Api
from tests.support.facts import events_of

COUNTY_BRANCH = {name: value for name, value in PARTY.items() if name != "municipality_number"} | {
    "organisation_number": BRANCH,
    "kind": "county_branch",
    "name": "Møre og Romsdal",
}
OTHER_BRANCH = COUNTY_BRANCH | {"organisation_number": "940192404", "name": "Trøndelag", "county": "Trøndelag"}
OF_BRANCH = f"/registration/county-branches/{BRANCH}/development-areas"
AREAS = "/registration/development-areas"
AREA = {
    "name": "Kulturskolen i lokalmiljøet",
    "description": "Kulturskolen som ressurs for skole og frivillighet.",
    "first_day": "2023-01-01",
    "last_day": "2026-12-31",
}


@pytest.fixture
async def adopted(api: Api) -> dict[str, Any]:
    """An area that the branch of Molde's county has adopted; the programme is opened, and all are registered."""
    await api.post("/registration/programmes", PROGRAMME)
    for party in (PARTY, COUNTY_BRANCH, OTHER_BRANCH):
        await api.post("/registration/parties", party)
    area: dict[str, Any] = await api.post(OF_BRANCH, AREA)
    return area


async def test_a_branch_adopts_an_area_for_its_term(api: Api, database: Database, adopted: dict[str, Any]) -> None:
    told = await happened(database)
    assert adopted == AREA | {
        "id": adopted["id"],
        "version": 1,
        "county_branch": BRANCH,
        "county_branch_name": "Møre og Romsdal",
        "county": "Møre og Romsdal",
        "withdrawn": False,
    }
    assert await api.post(OF_BRANCH, AREA) == adopted, "the same one twice is one"
    refused = await api.refused(409, OF_BRANCH, AREA | {"last_day": "2025-12-31"})
    assert (refused["rule"], refused["code"], refused["field"]) == ("R2", "area_is_adopted_already", "name")
    assert await happened(database) == told, "no event is about one"


async def test_a_municipality_adopts_none_and_a_term_ends_after_it_starts(api: Api, adopted: dict[str, Any]) -> None:
    refused = await api.refused(422, f"/registration/county-branches/{MOLDE}/development-areas", AREA)
    assert refused["code"] == "not_a_county_branch"
    refused = await api.refused(422, OF_BRANCH, AREA | {"name": "Annet", "last_day": "2022-12-31"})
    assert (refused["code"], refused["field"]) == ("ends_before_it_starts", "last_day")
    await api.refused(404, "/registration/county-branches/940000000/development-areas", AREA)
    await api.refused(404, "/registration/county-branches/940000000/development-areas", method="GET")


async def test_areas_are_listed_by_branch_and_by_county(api: Api, adopted: dict[str, Any]) -> None:
    other = await api.post(OF_BRANCH.replace(BRANCH, "940192404"), AREA | {"name": "Inkludering"})

    async def names(path: str, **query: str) -> list[str]:
        return [it["name"] for it in (await api.get(path, **query))["items"]]

    assert await names(OF_BRANCH) == [AREA["name"]]
    assert await names(AREAS) == [AREA["name"], "Inkludering"]
    assert await names(AREAS, county="Trøndelag – Trööndelage") == ["Inkludering"]
    assert await names(AREAS, county="Oslo") == []
    assert await api.get(f"{AREAS}/{other['id']}") == other
    assert (await api.reader.get(AREAS)).status_code == 200
    assert (await api.reader.delete(f"{AREAS}/{other['id']}")).status_code == 403


async def test_an_area_is_ended_and_withdrawn_and_adopted_again(api: Api, adopted: dict[str, Any]) -> None:
    path = f"{AREAS}/{adopted['id']}"
    ended = await api.patch(path, {"last_day": "2025-06-30", "description": None})
    assert ended == adopted | {"last_day": "2025-06-30", "description": None, "version": 2}
    refused = await api.refused(422, path, {"last_day": "2022-06-30"}, method="PATCH")
    assert refused["code"] == "ends_before_it_starts"
    refused = await api.refused(409, path, {"county_branch": "940192404"}, method="PATCH")
    assert refused["code"] == "area_of_another_branch"
    answer = await api.administrator.patch(path, json={"last_day": "2025-05-31"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    withdrawn = await api.delete(path)
    assert (withdrawn["withdrawn"], withdrawn["version"]) == (True, 3)
    assert await api.delete(path) == withdrawn
    again = await api.post(OF_BRANCH, AREA)
    assert again == adopted | {"version": 4}


async def test_an_application_names_an_area_of_its_own_county(
    api: Api, database: Database, adopted: dict[str, Any]
) -> None:
    given = APPLICATION | {"development_area": adopted["id"]}
    application = await api.post(f"{OF_PROGRAMME}/applications", given)
    assert (application["development_area"], application["development_area_name"]) == (adopted["id"], AREA["name"])
    assert await api.post(f"{OF_PROGRAMME}/applications", given) == application
    assert (await api.refused(409, f"{OF_PROGRAMME}/applications", APPLICATION))["code"] == "has_applied_already"
    assert (await events_of(database))[-1].data.development_area == adopted["id"]
    assert [it["development_area"] for it in (await api.get(f"{OF_PROGRAMME}/applications"))["items"]] == [
        adopted["id"]
    ]


async def test_what_is_surely_wrong_is_not_named(api: Api, database: Database, adopted: dict[str, Any]) -> None:
    elsewhere = await api.post(OF_BRANCH.replace(BRANCH, "940192404"), AREA)
    old = await api.post(
        OF_BRANCH, AREA | {"name": "Forrige periode", "first_day": "2020-01-01", "last_day": "2023-12-31"}
    )
    withdrawn = await api.post(OF_BRANCH, AREA | {"name": "Ved en feil"})
    await api.delete(f"{AREAS}/{withdrawn['id']}")
    told = await happened(database)
    for status, area, code in (
        (422, elsewhere["id"], "area_of_another_county"),
        (422, old["id"], "area_of_another_term"),
        (409, withdrawn["id"], "area_is_withdrawn"),
        (404, "01926b3c-7a00-7000-8000-000000000001", "no_such_development_area"),
    ):
        refused = await api.refused(status, f"{OF_PROGRAMME}/applications", APPLICATION | {"development_area": area})
        assert (refused["rule"], refused["code"], refused["field"]) == ("R2", code, "development_area")
    assert await happened(database) == told
    received = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)
    refused = await api.refused(
        422, f"/registration/applications/{received['id']}", {"development_area": elsewhere["id"]}, method="PATCH"
    )
    assert refused["code"] == "area_of_another_county"


async def test_an_area_is_changed_until_the_application_is_decided(api: Api, adopted: dict[str, Any]) -> None:
    other = await api.post(OF_BRANCH, AREA | {"name": "Inkludering"})
    received = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"development_area": adopted["id"]})
    path = f"/registration/applications/{received['id']}"
    changed = await api.patch(path, {"development_area": other["id"]})
    assert (changed["development_area_name"], changed["version"]) == ("Inkludering", 2)
    assert (await api.patch(path, {"development_area": None}))["development_area"] is None
    await api.patch(path, {"development_area": other["id"]})
    await api.delete(f"{AREAS}/{other['id']}")
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["development_area"] == other["id"], "it goes on"
    await api.post(f"{path}/assessment", ASSESSMENT)
    refused = await api.refused(409, path, {"development_area": adopted["id"]}, method="PATCH")
    assert (refused["code"], refused["field"]) == ("application_is_decided", "development_area")


async def test_a_decided_application_without_an_area_gets_one(api: Api, adopted: dict[str, Any]) -> None:
    """As those that were decided before areas were kept; also when an agreement is out."""
    await form_group(api, opened=True)
    (application,) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    path = f"/registration/applications/{application['id']}"
    assert (await api.patch(path, {"development_area": adopted["id"]}))["state"] == "accepted"
    refused = await api.refused(409, path, {"development_area": None}, method="PATCH")
    assert refused["code"] == "application_is_decided"


async def test_a_branch_with_an_area_is_not_deleted(api: Api, adopted: dict[str, Any]) -> None:
    refused = await api.refused(409, f"/registration/parties/{BRANCH}", method="DELETE")
    assert "1 development area" in refused["message"]
