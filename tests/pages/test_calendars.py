"""The calendars that the plan can be subscribed to as: their addresses, seen and renewed (S6)."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.pages.which import MUNICIPALITY, advisor
from tests.support.demonstration import PROGRAMME, Shown

OF_PROGRAMME = f"/program/{PROGRAMME}"
OF_MUNICIPALITY = f"/program/{PROGRAMME}/kommune/{MUNICIPALITY}"


@pytest.fixture
def of_advisor(here: Shown) -> str:
    with here.api() as api:
        return f"/person/{advisor(api)}"


def address(page: str) -> str:
    found = re.search(r'readonly value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def if_match(page: str) -> dict[str, str]:
    found = re.search(r'name="if_match" value="([^"]+)"', page)
    assert found
    return {"if_match": unescape(found[1])}


def test_each_page_leads_to_its_calendar_whose_address_can_be_read(
    here: Shown, browser: httpx.Client, of_advisor: str
) -> None:
    seen = set()
    for path in (OF_PROGRAMME, OF_MUNICIPALITY, of_advisor):
        assert f'href="{path}/kalender"' in browser.get(path).text, path
        url = address(browser.get(f"{path}/kalender").text)
        assert url.startswith(f"{here.url}/scheduling/feeds/")
        calendar = httpx.get(url)  # without a key
        assert calendar.headers["content-type"].startswith("text/calendar")
        seen.add(calendar.text)
    assert len(seen) == 3


def test_an_address_is_renewed_once_and_the_old_one_leads_nowhere(browser: httpx.Client) -> None:
    path = f"{OF_MUNICIPALITY}/kalender"
    page = browser.get(path).text
    form = if_match(page) | {"number": "2"}
    renewed = browser.post(f"{path}/forny", data=form)
    assert renewed.headers["location"] == f"{path}?gjort=kalender-fornyet"
    assert browser.post(f"{path}/forny", data=form).status_code == 303  # a double click: it is renewed once
    assert browser.post(f"{path}/forny", data=form | {"number": "5"}).status_code == 412
    now = browser.get(path).text
    assert "Fornyet" in now
    assert httpx.get(address(page)).status_code == 410
    assert httpx.get(address(now)).status_code == 200


def test_readers_see_neither_the_link_nor_the_address(here: Shown, of_advisor: str) -> None:
    with here.browser("reader") as reader:
        for path in (OF_PROGRAMME, OF_MUNICIPALITY):
            assert "kalender" not in reader.get(path).text
        for path in (OF_PROGRAMME, OF_MUNICIPALITY, of_advisor):
            assert reader.get(f"{path}/kalender").status_code == 403
            assert reader.post(f"{path}/kalender/forny", data={}).status_code == 403


def test_whom_nobody_knows_has_no_calendar(browser: httpx.Client) -> None:
    for path in ("/program/ukjent", f"{OF_PROGRAMME}/kommune/999999999", "/person/ukjent"):
        assert browser.get(f"{path}/kalender").status_code == 404
