"""One person who is corrected, and the council's advisors."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.support.demonstration import PROGRAMME, Shown

EVIL = "<script>alert(1)</script> שלום " + "Æ" * 150


def hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(.+?)" value="(.*?)"', page)}


def test_an_advisor_is_registered_corrected_and_deleted(browser: httpx.Client) -> None:
    refused = browser.post("/veiledere", data={"name": EVIL, "email": "nowhere"})
    assert refused.status_code == 422
    assert 'id="ny-email-feil"' in refused.text
    assert "<script>" not in refused.text
    assert browser.post("/veiledere", data={"name": EVIL, "email": "ny@raadet.example"}).status_code == 303
    listed = browser.get("/veiledere").text
    assert "<script>" not in listed
    found = re.search(r'href="(/person/[^"]+)"><bdi>&lt;script', listed)
    assert found
    path, seen = found[1], hidden(browser.get(found[1]).text)
    corrected = browser.post(path, data=seen | {"name": "Anne Ny", "email": "ny@raadet.example", "phone": "+47 900"})
    assert corrected.headers["location"] == f"{path}?gjort=person-rettet"
    again = browser.post(path, data=seen | {"name": "Anne Eldre", "email": "ny@raadet.example"})
    assert again.status_code == 412
    assert 'value="Anne Eldre"' in again.text
    gone = browser.post(f"{path}/slett", data=hidden(browser.get(path).text))
    assert gone.headers["location"] == "/veiledere?gjort=person-slettet"
    assert "Anne Ny" not in browser.get("/veiledere").text


def test_a_person_has_what_points_to_them_and_is_not_deleted_while_anything_does(
    here: Shown, browser: httpx.Client
) -> None:
    with here.api() as api:
        group = api.get(f"/registration/programmes/{PROGRAMME}/groups/942110464").json()
        path = f"/person/{group['participants'][0]['person']}"
    page = browser.get(path).text
    assert "Deltaker i <a" in page
    assert "Slett personen" not in page
    assert browser.post(f"{path}/slett", data=hidden(page)).status_code == 409


def test_two_are_one_where_that_is_said(here: Shown, browser: httpx.Client) -> None:
    for name in ("Liv Dobbel", "Liv Dobel"):
        browser.post("/veiledere", data={"name": name, "email": "liv@raadet.example"})
    listed = browser.get("/veiledere").text
    found = re.search(r'href="(/person/[^"]+)"><bdi>Liv Dobel<', listed)
    assert found
    typed = hidden(browser.get(found[1]).text) | {"name": "Liv Dobbel", "email": "liv@raadet.example"}
    assert browser.post(found[1], data=typed).status_code == 409
    merged = browser.post(found[1], data=typed | {"merge": "ja"})
    assert merged.status_code == 303
    assert browser.get("/veiledere").text.count("Liv Dob") == 1


def test_readers_see_no_people(here: Shown) -> None:
    with here.browser("reader") as reader:
        assert reader.get("/veiledere").status_code == 403
        assert reader.get("/person/nobody").status_code == 403
