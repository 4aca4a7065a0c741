"""All that is known of a person, the person erased, the receipt, and whose time is over (N2)."""

from __future__ import annotations

import re
from html import unescape

import httpx

from pages.frame.templates import day
from tests.pages.which import MUNICIPALITY
from tests.support.demonstration import PROGRAMME, Shown


def hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(.+?)" value="(.*?)"', page)}


def test_all_that_is_known_is_shown_and_who_is_needed_is_not_erased(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        group = api.get(f"/registration/programmes/{PROGRAMME}/groups/942110464").json()
        it = group["participants"][0]
    page = browser.get(f"/person/{it['person']}").text
    assert "fordi personen trengs som" in page
    assert "Slett opplysningene om" not in page
    known = browser.get(f"/person/{it['person']}/alt").text
    assert it["email"] in known
    assert "E-poster: " in known
    refused = browser.post(f"/person/{it['person']}/glem", data=hidden(page) | {"reason": "asked_for"})
    assert refused.status_code == 409
    assert "siden noe trenger den" in refused.text


def test_where_somebody_was_present_is_shown_with_the_days(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        planned = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"limit": 200}).json()["items"]
        joint = next(it for it in planned if it["kind"] == "joint_session" and it["state"] == "completed")
        sheets = api.get(f"/registration/sessions/{joint['id']}/attendance").json()["parties"]
        there = {it["participant"]: it for sheet in sheets for it in sheet["attendees"] if it["present_on"]}
        groups = [api.get(f"/registration/programmes/{PROGRAMME}/groups/{it['party']}").json() for it in sheets]
        person, sheet = next(
            (it["person"], there[it["id"]]) for group in groups for it in group["participants"] if it["id"] in there
        )
    page = browser.get(f"/person/{person}/alt").text
    shown = page[page.index("Der personen var til stede") : page.index("Som JSON")]
    line = next(it for it in shown.split("<li>") if f'href="/samling/{joint["id"]}"' in it)
    assert day(sheet["present_on"][0]) in line
    assert "Frammøte: " in page


def test_what_was_written_of_somebody_is_shown_with_where_it_is_mended(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        group = api.get(f"/registration/programmes/{PROGRAMME}/groups/{MUNICIPALITY}").json()
        it = group["participants"][1]
        of = f"/registration/programmes/{PROGRAMME}/agreements"
        agreement = api.get(of, params={"party": MUNICIPALITY}).json()["items"][-1]["id"]
        said = {"raised_by": "council", "description": f"{it['name']} svarer ikke."}
        api.post(f"/registration/agreements/{agreement}/concerns", json=said).raise_for_status()
        planned = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"limit": 200}).json()["items"]
        visit = next(one for one in planned if one["party"] == MUNICIPALITY)
        api.patch(f"/scheduling/sessions/{visit['id']}", json={"place": f"Hos {it['name']}"}).raise_for_status()
    page = browser.get(f"/person/{it['person']}/alt").text
    written = page[page.index("Det som er skrevet om personen") : page.index("Som JSON")]
    assert f"<li>Bekymring: <bdi>{it['name']} svarer ikke.</bdi></li>" in written
    assert f'href="/samling/{visit["id"]}"' in written
    assert written.count("rettes for hånd</span>") == 1


def test_who_signs_an_agreement_in_force_is_not_erased_and_the_page_says_why(
    here: Shown, browser: httpx.Client
) -> None:
    with here.api() as api:
        agreements = api.get(f"/registration/programmes/{PROGRAMME}/agreements").json()["items"]
        signatory = next(one for one in agreements if one["signed_on"])["signatories"][0]
    path = f"/person/{signatory['person']}"
    page = browser.get(path).text
    assert "<li>den som signerer avtalen" in page[page.index("fordi personen trengs som") :]
    refused = browser.post(f"{path}/glem", data=hidden(page) | {"reason": "asked_for"})
    assert refused.status_code == 409
    assert "avtaler som personen signerer." in refused.text


def test_who_is_erased_has_a_receipt_in_their_place(browser: httpx.Client) -> None:
    browser.post("/veiledere", data={"name": "Kort Gjest", "email": "kort.gjest@raadet.example"})
    found = re.search(r'href="(/person/[^"]+)"><bdi>Kort Gjest<', browser.get("/veiledere").text)
    assert found
    typed = hidden(browser.get(found[1]).text)
    assert browser.post(f"{found[1]}/glem", data=typed).status_code == 422
    erased = browser.post(f"{found[1]}/glem", data=typed | {"reason": "asked_for"})
    assert erased.headers["location"] == f"{found[1]}?gjort=opplysninger-slettet"
    receipt = browser.get(found[1]).text
    assert "Slettet person" in receipt
    assert "<li>Navn, adresse og telefonnummer</li>" in receipt
    assert "Vet ikke om noen personer." in receipt
    assert "Sikkerhetskopier, fordi" in receipt
    assert "Kort Gjest" not in receipt + browser.get("/veiledere").text


def test_whose_time_is_over_is_not_known_where_nothing_is_set(browser: httpx.Client) -> None:
    assert 'href="/personer/tid-ute"' in browser.get("/veiledere").text
    assert "Det er ikke satt hvor lenge personer beholdes" in browser.get("/personer/tid-ute").text
