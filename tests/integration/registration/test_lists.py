"""What an office looks through, on both databases: filters, names, what a group lacks, and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from shared.database import Database
from shared.web import as_csv
from shared.web.openapi import CSV
from tests.integration.registration.world import (
    ADVISOR,
    APPLICATION,
    ASSESSMENT,
    BRANCH,
    CODE,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    accept,
    form_group,
    send,
    sign,
)
from tests.support.api import Api, problem
from tests.support.databases import set_clock

OTHER = {
    **PARTY,
    "organisation_number": BRANCH,
    "kind": "county_branch",
    "municipality_number": None,
    "name": "Trøndelag",
}


async def apply_too(api: Api) -> None:
    """Another party applies, and is accepted."""
    await api.post("/registration/parties", OTHER)
    person = {"name": "Per Aune", "email": "per.aune@trondelag.example"}
    body = APPLICATION | {"party": BRANCH, "contact_person": person}
    application = await api.post(f"{OF_PROGRAMME}/applications", body)
    await api.post(f"/registration/applications/{application['id']}/assessment", ASSESSMENT)


async def rows(api: Api, path: str, **query: Any) -> list[dict[str, str]]:
    answer = await api.administrator.get(path, params=query or None, headers={"Accept": CSV})
    assert answer.status_code == httpx.codes.OK, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_groups_are_listed_with_what_each_lacks_and_whom_they_name(api: Api) -> None:
    await form_group(api)
    await apply_too(api)
    whole, empty = (await api.get(f"{OF_PROGRAMME}/groups"))["items"]
    assert (whole["party"], whole["party_name"], whole["participants"], whole["missing"]) == (MOLDE, "Molde", 4, [])
    assert (whole["coordinator_name"], whole["advisor_name"]) == ("Person 2", ADVISOR["name"])
    assert whole["version"] == (await api.get(GROUP))["version"]
    assert (empty["party_name"], empty["participants"], empty["version"]) == ("Trøndelag", 0, 0)
    assert [it[:2] for it in empty["missing"]] == ["R5", "R5"]
    assert [it["missing_rules"] for it in await rows(api, f"{OF_PROGRAMME}/groups")] == ["", "R5"]
    for query, found in (({"party": BRANCH}, [BRANCH]), ({"advisor": whole["advisor"]}, [MOLDE]), ({"party": "0"}, [])):
        assert [it["party"] for it in (await api.get(f"{OF_PROGRAMME}/groups", **query))["items"]] == found
    problem(await api.administrator.get("/registration/programmes/none/groups"), 404)


async def test_advisors_are_listed_with_their_municipalities(api: Api) -> None:
    await form_group(api)
    await api.post("/registration/advisors", {"name": "Tuva Lie", "email": "tuva.lie@raadet.example"})
    busy, idle = (await api.get("/registration/advisors"))["items"]
    assert busy["municipalities"] == [{"programme": CODE, "party": MOLDE, "name": "Molde"}]
    assert (busy["advises"], idle["advises"], idle["municipalities"]) == (1, 0, [])
    await api.post("/registration/programmes", PROGRAMME | {"code": "another"})
    elsewhere, _ = (await api.get("/registration/advisors", programme="another"))["items"]
    assert elsewhere["advises"] == 0


async def test_applications_and_agreements_are_found_by_party_and_state(api: Api, database: Database) -> None:
    path = await send(api)
    await apply_too(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    for kind, query, found in (
        ("applications", {"party": BRANCH}, ["Trøndelag"]),
        ("applications", {"state": "accepted"}, ["Molde", "Trøndelag"]),
        ("applications", {"state": "declined"}, []),
        ("agreements", {"state": "signed", "party": MOLDE}, ["Molde"]),
        ("agreements", {"state": "sent"}, []),
    ):
        assert [it["party_name"] for it in (await api.get(f"{OF_PROGRAMME}/{kind}", **query))["items"]] == found
        problem(await api.administrator.get(f"{OF_PROGRAMME}/{kind}", params={"state": "lost"}), 422)
    (agreement,) = (await api.get(f"{OF_PROGRAMME}/agreements"))["items"]
    assert agreement == await api.get(path)
    (application, _) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    assert application == await api.get(f"/registration/applications/{application['id']}")


async def test_concerns_are_found_by_party_and_state(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    for words in ("Ingen møtte.", "Ingen svarer."):
        concern = await api.post(f"{path}/concerns", {"raised_by": "council", "description": words})
        assert (concern["party_name"], concern["programme"]) == ("Molde", CODE)
    await api.post(f"/registration/concerns/{concern['id']}/resolution")
    for query, found in (
        ({}, 2),
        ({"state": "raised"}, 1),
        ({"state": "resolved", "party": MOLDE}, 1),
        ({"party": "0"}, 0),
    ):
        assert len((await api.get(f"{OF_PROGRAMME}/concerns", **query))["items"]) == found
    assert [it["state"] for it in await rows(api, f"{OF_PROGRAMME}/concerns")] == ["raised", "resolved"]
    assert "description" not in (await rows(api, f"{OF_PROGRAMME}/concerns"))[0]


async def test_who_was_added_to_a_group_is_named(api: Api) -> None:
    await accept(api)
    for name in ("Kari Moe", "Per Moe"):
        group = await api.post(f"{GROUP}/participants", {"name": name, "email": "moe@molde.example"})
        (added,) = [it for it in group["participants"] if it["id"] == group["added"]]
        assert added["name"] == name


async def test_text_that_a_spreadsheet_would_compute_stays_text_and_numbers_stay_numbers(api: Api) -> None:
    await accept(api)
    await api.post("/registration/parties", OTHER | {"name": '=HYPERLINK("http://x.example";"Klikk")'})
    (evil, _) = sorted(await rows(api, "/registration/parties"), key=lambda it: it["kind"])
    assert evil["name"] == '\'=HYPERLINK("http://x.example";"Klikk")'
    (programme,) = await rows(api, "/registration/programmes")
    assert (programme["fee_ore"], programme["period_start"]) == ("2000000", "2024-08-01")


async def test_a_file_holds_the_whole_list_and_a_page_says_where_the_next_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await form_group(api)
    monkeypatch.setattr(as_csv, "LARGEST_PAGE", 2)
    path = "/registration/people"
    whole = [it["name"] for it in await rows(api, path)]
    assert whole == [it["name"] for it in (await api.get(path, limit=500))["items"]]
    assert len(whole) > 4
    found, url = [], f"{path}?limit=2"
    while url:
        answer = await api.administrator.get(url, headers={"Accept": CSV})
        assert answer.headers["vary"] == "Accept"
        page = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
        found += [it["name"] for it in page]
        url = answer.links.get("next", {}).get("url", "")
    assert found == whole


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("text/html, */*", "application/json"),
    ],
)
async def test_who_prefers_json_gets_json(api: Api, accept: str, kind: str) -> None:
    answer = await api.administrator.get("/registration/parties", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(kind)


async def test_who_may_not_see_a_list_gets_no_file_of_it(api: Api) -> None:
    await accept(api)
    for path in ("people", "advisors", f"programmes/{CODE}/groups", f"programmes/{CODE}/concerns"):
        problem(await api.reader.get(f"/registration/{path}", headers={"Accept": CSV}), 403)
