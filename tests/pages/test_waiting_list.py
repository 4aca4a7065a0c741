"""A programme's places: the waiting list in order, and a place that is offered, refused and accepted."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.pages.looking import looking_at
from tests.pages.test_applications import tag
from tests.support.demonstration import PROGRAMME, Shown

ALL = f"/program/{PROGRAMME}/soknader"
DAY = "2025-03-07"  # two weeks after the day that it is


@pytest.fixture(scope="module")
def hitra(here: Shown) -> str:
    """The path of the application of who waits, outside of the queue: its offer lapsed in June."""
    with here.api() as api:
        found = api.get(f"/registration/programmes/{PROGRAMME}/waiting-list").json()["waiting"]
    (it,) = found
    assert (it["party_name"], it["place"]) == ("Hitra", None)
    return f"/soknad/{it['application']}"


def _who_is_out_of_the_queue_is_offered_nothing_by_turn(browser: httpx.Client, hitra: str) -> None:
    page = browser.get(hitra).text
    assert "Står utenfor køen." in page
    typed = {"answer_by": DAY, "out_of_turn": "", "if_match": tag(page)}
    refused = browser.post(f"{hitra}/tilbud", data=typed)
    assert refused.status_code == 409
    assert 'id="tilbud-out_of_turn-feil"' in refused.text
    assert f'value="{DAY}"' in refused.text  # what was typed stays


def _an_order_without_anybody_changes_nothing_and_one_with_a_place_puts_back(browser: httpx.Client, hitra: str) -> None:
    path, field = f"{ALL}/rekkefolge", f"plass.{hitra.rpartition('/')[2]}"
    page = browser.get(ALL).text
    assert browser.post(path, data={field: "", "if_match": tag(page)}).status_code == 303
    assert "<td>utenfor</td>" in browser.get(ALL).text
    assert browser.post(path, data={field: "1", "if_match": tag(page)}).headers["location"].startswith(ALL)
    page = browser.get(ALL).text
    assert "<td>1</td>" in page
    assert "1 plass kan tilbys den første på ventelisten" in page
    left_out = browser.post(path, data={field: "først", "if_match": tag(page)})
    assert left_out.status_code == 422
    assert "Den mangler 1." in left_out.text
    assert "Ledige plasser mens noen står i køen" in browser.get("/").text


def _a_place_is_offered_and_its_day_is_shown(browser: httpx.Client, hitra: str) -> None:
    page = browser.get(hitra).text
    too_late = browser.post(f"{hitra}/tilbud", data={"answer_by": "2026-01-01", "if_match": tag(page)})
    assert too_late.status_code == 422
    assert "Fristen må være innenfor programperioden, som slutter 31. desember 2025." in too_late.text
    offered = browser.post(f"{hitra}/tilbud", data={"answer_by": "2025-02-27", "if_match": tag(page)})
    assert offered.headers["location"] == f"{hitra}?gjort=tilbud-gitt"
    again = browser.post(f"{hitra}/tilbud", data={"answer_by": "2025-02-27", "if_match": tag(page)})
    assert again.status_code == 303  # it stands as is asked
    assert "Svarfrist: 27. februar 2025." in browser.get(hitra).text
    assert "Registrer svaret fra <bdi>Hitra</bdi>" in browser.get(ALL).text
    today = browser.get("/").text
    assert "Tilbud om plass som snart må besvares" in today
    assert "Ledige plasser" not in today


def _yes_is_accepted(browser: httpx.Client, hitra: str) -> None:
    seen = tag(browser.get(hitra).text)
    done = browser.post(f"{hitra}/tilbud/ja", data={"if_match": seen})
    assert done.headers["location"] == f"{hitra}?gjort=tilbud-ja"
    assert browser.post(f"{hitra}/tilbud/ja", data={"if_match": seen}).status_code == 303
    assert "Søknaden er tatt opp" in browser.get(hitra).text
    refused = browser.post(f"{hitra}/tilbud/nei", data={"if_match": tag(browser.get(hitra).text), "reason": ""})
    assert refused.status_code == 409


def test_who_may_only_read_sees_no_waiting_list(here: Shown, hitra: str) -> None:
    with here.browser("reader") as reader:
        assert reader.get(hitra).status_code == 403


async def test_without_registration_there_is_nothing_to_show(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        looking.asked.away = {"registration"}
        assert (await looking.browser.get(ALL)).status_code == 503


def test_who_is_out_of_the_queue_comes_back_into_it_is_offered_a_place_and_says_yes(
    browser: httpx.Client, hitra: str
) -> None:
    """One story, since each step begins where the one before it ended."""
    _who_is_out_of_the_queue_is_offered_nothing_by_turn(browser, hitra)
    _an_order_without_anybody_changes_nothing_and_one_with_a_place_puts_back(browser, hitra)
    _a_place_is_offered_and_its_day_is_shown(browser, hitra)
    _yes_is_accepted(browser, hitra)
