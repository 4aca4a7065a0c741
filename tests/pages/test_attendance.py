"""A session's sheet for all municipalities: recorded, corrected, refused, and what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.end_to_end.started import eventually
from tests.pages.which import MUNICIPALITY, session
from tests.support.demonstration import PROGRAMME, Shown

OTHER, ANOTHER = "939760946", "942110464"  # Volda, Trondheim
FIRST, LAST = "2025-02-19", "2025-02-20"


@pytest.fixture
def api(here: Shown) -> Iterator[httpx.Client]:
    with here.api() as client:
        yield client


def sheet_of(api: httpx.Client, party: str = MUNICIPALITY) -> dict[str, Any]:
    path = f"/registration/sessions/{session(api)}/attendance/{party}"
    found: dict[str, Any] = api.get(path).raise_for_status().json()
    return found


def boxes(sheet: dict[str, Any], *days: str) -> dict[str, str]:
    return {f"der.{sheet['party']}.{it['participant']}.{day}": "ja" for it in sheet["attendees"] for day in days}


def record(
    browser: httpx.Client, api: httpx.Client, versions: dict[str, int], ticked: dict[str, str] | None = None
) -> httpx.Response:
    """Save the sheet as it is sent when these municipalities stand on it, with the versions that were shown."""
    address = f"/samling/{session(api)}/frammote"
    shown = {f"if_match.{party}": f'"{version}"' for party, version in versions.items()}
    return browser.post(address, data=shown | (ticked or {}), follow_redirects=True)


def test_who_was_there_is_ticked_and_corrected(browser: httpx.Client, api: httpx.Client) -> None:
    page = browser.get(f"/samling/{session(api)}/frammote").text
    place = api.get(f"/scheduling/sessions/{session(api)}").json()["place"]
    assert re.search(rf"<p>[^<]*19\.[^<]* 2025[^<]*, <bdi>{place}</bdi></p>", page)  # for who has it on paper
    assert "Ikke registrert" in page
    sheet = sheet_of(api)
    assert re.search(rf'<input type="checkbox" name="der\.{MUNICIPALITY}\.[0-9a-f-]+\.{LAST}"', page)
    done = record(browser, api, {MUNICIPALITY: 0, OTHER: 0}, boxes(sheet, FIRST, LAST))
    assert "Frammøtet er registrert." in done.text
    assert "Registrert: 4 av 4 deltakere" in done.text
    assert [it["present"] for it in sheet_of(api)["days"]] == [4, 4]
    assert sheet_of(api, OTHER)["version"] == 0  # of which nothing was ticked
    emptied = record(browser, api, {MUNICIPALITY: 1, OTHER: 0})  # which may be by mistake, and says nothing
    assert "Ingen er krysset av lenger." in emptied.text
    assert [it["present"] for it in sheet_of(api)["days"]] == [4, 4]
    both = record(browser, api, {MUNICIPALITY: 1}, boxes(sheet, FIRST) | {f"ingen.{MUNICIPALITY}": "ja"})
    assert both.status_code == 422
    assert "både for at ingen møtte" in both.text
    record(browser, api, {MUNICIPALITY: 1}, {f"ingen.{MUNICIPALITY}": "ja"})
    assert [it["present"] for it in sheet_of(api)["days"]] == [0, 0]
    municipality = browser.get(f"/program/{PROGRAMME}/kommune/{MUNICIPALITY}").text
    assert "Ingen kom: Fellessamling 3" in municipality
    assert "Ingen kom: Fellessamling 3" in browser.get(f"/program/{PROGRAMME}").text
    assert "Forpliktelser som ikke er fulgt opp" in browser.get("/").text


def test_who_saw_another_sheet_changes_nothing(browser: httpx.Client, api: httpx.Client) -> None:
    before = sheet_of(api)
    refused = record(browser, api, {MUNICIPALITY: before["version"] + 5}, boxes(before, FIRST))
    assert refused.status_code == 412
    assert "Dette er endret siden du så på det." in refused.text
    assert sheet_of(api) == before


def test_a_day_that_is_none_of_the_sessions_is_refused(browser: httpx.Client, api: httpx.Client) -> None:
    before = sheet_of(api)
    refused = record(browser, api, {MUNICIPALITY: before["version"]}, boxes(before, "2025-02-25"))
    assert refused.status_code == 422
    assert "Samlingen er fra 19. februar 2025 til 20. februar 2025." in refused.text


def test_what_one_municipality_is_refused_for_keeps_none_of_the_others_from_being_saved(
    browser: httpx.Client, api: httpx.Client
) -> None:
    mine, other = sheet_of(api), sheet_of(api, OTHER)
    wrong = boxes(mine, "2025-02-25")
    refused = record(browser, api, {MUNICIPALITY: mine["version"], OTHER: 0}, wrong | boxes(other, LAST))
    assert refused.status_code == 422
    assert refused.text.count("Det ble ikke lagret.") == 1
    assert sheet_of(api) == mine
    assert [it["present"] for it in sheet_of(api, OTHER)["days"]] == [0, 4]


def test_that_nobody_came_is_said_by_a_box_of_its_own_and_not_by_a_sheet_without_ticks(
    browser: httpx.Client, api: httpx.Client
) -> None:
    page = browser.get(f"/samling/{session(api)}/frammote").text
    assert f'name="ingen.{ANOTHER}"' in page
    record(browser, api, {ANOTHER: 0})
    assert sheet_of(api, ANOTHER)["version"] == 0
    record(browser, api, {ANOTHER: 0}, {f"ingen.{ANOTHER}": "ja"})
    assert [it["present"] for it in sheet_of(api, ANOTHER)["days"]] == [0, 0]
    page = browser.get(f"/samling/{session(api)}/frammote").text
    assert re.search(rf'name="ingen\.{ANOTHER}" type="checkbox" value="ja" checked', page)


def test_who_is_in_no_group_is_refused_and_not_left_out(browser: httpx.Client, api: httpx.Client) -> None:
    before = sheet_of(api)
    stranger = {f"der.{MUNICIPALITY}.01900000-0000-7000-8000-000000000000.{FIRST}": "ja"}
    refused = record(browser, api, {MUNICIPALITY: before["version"]}, stranger)
    assert refused.status_code in (404, 422)
    assert "Det ble ikke lagret." in refused.text


def test_a_session_that_is_cancelled_meanwhile_has_no_attendance(browser: httpx.Client, api: httpx.Client) -> None:
    planned = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"limit": 200}).json()["items"]
    meeting = next(one["id"] for one in planned if one["kind"] == "coordinator_meeting" and one["state"] == "planned")
    api.post(f"/scheduling/sessions/{meeting}/cancellation", json={}).raise_for_status()
    path = f"/registration/sessions/{meeting}/attendance"
    eventually(lambda: api.get(path).json()["state"] == "cancelled")
    address = f"/samling/{meeting}/frammote"
    nobody = {f"if_match.{MUNICIPALITY}": '"0"', f"ingen.{MUNICIPALITY}": "ja"}
    refused = browser.post(address, data=nobody)
    assert refused.status_code == 409
    assert "Det ble ikke lagret." in refused.text
    assert "Samlingen er avlyst." in refused.text
    assert "Det ble ikke lagret." not in browser.get(address).text


def test_the_page_of_the_session_leads_to_the_sheet_for_who_may_see_it(here: Shown, api: httpx.Client) -> None:
    address = f"/samling/{session(api)}"
    with here.browser("reader") as reader, here.browser() as administrator:
        assert f'href="{address}/frammote"' in administrator.get(address).text
        assert f'href="{address}/frammote"' not in reader.get(address).text
        assert reader.get(f"{address}/frammote").status_code == 403


def test_a_concern_names_what_was_found(browser: httpx.Client, api: httpx.Client) -> None:
    record(browser, api, {MUNICIPALITY: sheet_of(api)["version"]}, {f"ingen.{MUNICIPALITY}": "ja"})
    address = f"/program/{PROGRAMME}/kommune/{MUNICIPALITY}"
    page = browser.get(address).text
    assert 'name="findings.nobody_came"' in page
    agreement = api.get(f"/registration/programmes/{PROGRAMME}/agreements?party={MUNICIPALITY}").json()["items"][-1]
    form = {"agreement": agreement["id"], "raised_by": "council", "description": "Ingen kom.", "raised_on": ""}
    browser.post(f"{address}/meld-bekymring", data=form | {"findings.nobody_came": "ja", "findings.no_advisor": ""})
    (concern,) = api.get(f"/registration/programmes/{PROGRAMME}/concerns?party={MUNICIPALITY}").json()["items"]
    assert concern["findings"] == ["nobody_came"]
