"""I dag: what needs someone now, each with its link."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.end_to_end.started import eventually
from tests.pages.looking import looking_at
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown


def links(page: httpx.Response, heading: str) -> dict[str, str]:
    """Where the links under a heading lead, by what they say."""
    assert page.status_code == 200, page.text
    (section,) = re.findall(rf"<h2>{heading}</h2>(.*?)</ul>", page.text, re.DOTALL)
    return {name: to for to, name in re.findall(r'<a href="([^"]+)"><bdi>([^<]+)</bdi>', section)}


def test_what_needs_someone_is_shown_by_the_day_that_it_is_for_the_services(here: Shown, browser: httpx.Client) -> None:
    page = browser.get("/")
    assert "21. februar 2025" in page.text
    past = links(page, "Samlinger som er over, men ikke registrert som gjennomført")
    assert list(past) == ["Fellessamling 3", "Koordinatorsamling 3", "Veiledningsbesøk 2, 12 kommuner"]
    assert browser.get(past["Veiledningsbesøk 2, 12 kommuner"]).status_code == 200
    with here.api() as api:
        session = api.get(f"/scheduling{past['Fellessamling 3'].replace('/samling/', '/sessions/')}").json()
        assert (session["kind"], session["number"]) == ("joint_session", 3)
        applications = api.get(f"/registration/programmes/{NEXT_PROGRAMME}/applications").json()["items"]
    assert links(page, "Søknader som må vurderes") == {it["party_name"]: f"/soknad/{it['id']}" for it in applications}
    assert set(re.findall("<h2>([^<]+)</h2>", page.text)) == {
        "Samlinger som er over, men ikke registrert som gjennomført",
        "Søknader som må vurderes",
        "Forpliktelser som ikke er fulgt opp",
        "Programmer",
    }
    # What all of them lack stands once, and what one lacks by its name.
    unmet = links(page, "Forpliktelser som ikke er fulgt opp")
    assert list(unmet) == ["Frammøtet er ikke registrert: Koordinatorsamling 3, 12 kommuner", "Verdal"]
    assert browser.get(next(iter(unmet.values()))).status_code == 200


def test_who_reads_is_shown_what_readers_may_see(here: Shown) -> None:
    with here.browser("reader") as reader:
        page = reader.get("/")
    assert "Fellessamling 3" in links(page, "Samlinger som er over, men ikke registrert som gjennomført")
    assert "Søknader" not in page.text


def test_an_operator_is_shown_no_messages_where_none_are_parked(here: Shown) -> None:
    with here.browser("operator") as operator:
        page = operator.get("/")
    assert page.status_code == 200
    assert "Meldinger" not in page.text


async def test_what_is_away_is_said_and_the_rest_is_shown(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path, "operator") as looking:
        looking.asked.away = {"scheduling", "notifications"}
        page = await looking.browser.get("/")
    assert re.findall(r"(\w+) svarer ikke akkurat nå, så", page.text) == ["Planen", "Varslingen"]
    assert links(page, "Søknader som må vurderes")
    assert "Ingenting venter" not in page.text


async def test_without_the_programmes_there_is_nothing_to_show(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        looking.asked.away = {"registration"}
        assert (await looking.browser.get("/")).status_code == 503


async def test_sixty_municipalities_take_as_many_calls_as_twelve(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        twelve = await looking.questions("/")
        looking.asked.times = 5
        assert sorted(await looking.questions("/")) == sorted(twelve)
        assert "Veiledningsbesøk 2, 60 kommuner" in (await looking.browser.get("/")).text
    # The programmes, the day, what is undelivered, refused addresses, erasures, and eleven lists of each of two.
    assert len(twelve) == 27


def test_nothing_is_said_to_need_someone_where_nothing_does(here: Shown) -> None:
    """The last one: all that needs someone is seen to."""
    with here.api() as api:
        for programme in (PROGRAMME, NEXT_PROGRAMME):
            for it in api.get(f"/scheduling/programmes/{programme}/sessions", params={"limit": 200}).json()["items"]:
                if it["state"] == "planned" and (
                    it["party"] or it["kind"] not in ("guidance_visit", "contract_meeting")
                ):
                    api.post(f"/scheduling/sessions/{it['id']}/completion")
            for it in api.get(f"/registration/programmes/{NEXT_PROGRAMME}/applications").json()["items"]:
                api.post(f"/registration/applications/{it['id']}/withdrawal")
        eventually(lambda: "visit_not_held" not in unmet(api))
        for it in api.get(f"/registration/programmes/{PROGRAMME}/findings").json()["items"]:
            if it["code"] == "attendance_not_recorded":
                all_came(api, f"/registration/sessions/{it['session']}/attendance/{it['party']}")
            if it["code"] == "development_plan_not_begun":
                begin_a_plan(api, f"/registration/programmes/{PROGRAMME}/groups/{it['party']}/development-plan")
        assert unmet(api) == set()
    with here.browser() as browser:
        page = browser.get("/")
    assert "Ingenting venter på noen nå." in page.text
    assert re.findall("<h2>([^<]+)</h2>", page.text) == ["Programmer"]


def unmet(api: httpx.Client) -> set[str]:
    return {it["code"] for it in api.get(f"/registration/programmes/{PROGRAMME}/findings").json()["items"]}


def all_came(api: httpx.Client, path: str) -> None:
    expected = api.get(path).raise_for_status().json()["attendees"]
    present = [{"participant": it["participant"], "days": it["expected_on"]} for it in expected]
    api.put(path, json={"present": present}).raise_for_status()


def begin_a_plan(api: httpx.Client, path: str) -> None:
    phases = {"needs": {"state": "in_progress", "note": "Vi har spurt barna."}}
    api.patch(path, json={"focus": "Sang i alle barnehager.", "phases": phases}).raise_for_status()
