"""Kartlegging, Utviklingsplan, the progress over a programme, and Utviklingsområder: shown, changed and refused."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.pages.which import MUNICIPALITY
from tests.support.demonstration import PROGRAMME, Shown

HERE = f"/program/{PROGRAMME}/kommune/{MUNICIPALITY}"
MAPPING, PLAN, PROGRESS = f"{HERE}/kartlegging", f"{HERE}/utviklingsplan", f"/program/{PROGRAMME}/utviklingsplaner"
AREAS = "/utviklingsomrader"
EVIL = "<script>alert(1)</script> שלום " + "Æ" * 150
NEVER_BEGUN = f"/program/{PROGRAMME}/kommune/938587418"  # Verdal


def typed(page: str) -> dict[str, str]:
    """What the fields of a page's forms hold, as a browser would send it."""
    found = {name: unescape(value) for name, value in re.findall(r'<input[^>]* name="(.+?)"[^>]* value="(.*?)"', page)}
    found |= {
        name: unescape(text)
        for name, text in re.findall(r'<textarea[^>]* name="(.+?)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    }
    for name, options in re.findall(r'<select[^>]* name="(.+?)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_mapping_is_shown_by_field_and_rows_come_and_go(browser: httpx.Client) -> None:
    page = browser.get(MAPPING).text
    assert page.index("<h2>Kultur</h2>") < page.index("Molde bibliotek") < page.index("<h2>Frivillighet</h2>")
    standing = typed(page)
    rows = sorted({int(it.split(".")[1]) for it in standing if it.startswith("actors.")})
    first_empty = next(n for n in rows if not standing[f"actors.{n}.name"])
    assert len(rows) == first_empty + 3
    new = {f"actors.{first_empty + 1}.{part}": "" for part in ("name", "field", "responsibility")} | {
        f"actors.{first_empty + 1}.name": EVIL
    }
    refused = browser.post(MAPPING, data=standing | new)
    assert refused.status_code == 422
    assert f'id="kartlegging-actors.{first_empty + 1}.field-feil"' in refused.text, "at the row that was typed"
    assert "<script>" not in refused.text
    new |= {f"actors.{first_empty + 1}.field": "business", f"actors.{first_empty + 1}.responsibility": "Lærlingar."}
    emptied = {f"actors.0.{part}": "" for part in ("name", "field", "responsibility")}
    saved = browser.post(MAPPING, data=standing | new | emptied)
    assert saved.headers["location"] == f"{MAPPING}?gjort=kartlegging-lagret"
    page = browser.get(MAPPING).text
    assert "Molde bibliotek" not in page
    assert "&lt;script&gt;" in page
    assert browser.post(MAPPING, data=standing | new).status_code == 412, "by the back button"
    assert "Molde bibliotek" not in browser.get(MAPPING).text


def test_a_plan_is_written_and_what_stood_before_is_seen(browser: httpx.Client) -> None:
    page = browser.get(PLAN).text
    standing = typed(page)
    assert standing["phases.needs.state"] == "done"
    assert "1.–4. trinn" in standing["focus"] or standing["focus"]
    refused = browser.post(PLAN, data=standing | {"phases.goals.note": "å" * 5_000})
    assert refused.status_code == 422
    assert 'id="plan-phases.goals.note-feil"' in refused.text
    assert "Bruk høyst 4000 tegn" in refused.text
    change = {"phases.goals.state": "in_progress", "phases.goals.note": EVIL, "phases.needs.state": "not_begun"}
    saved = browser.post(PLAN, data=standing | change)
    assert saved.headers["location"] == f"{PLAN}?gjort=utviklingsplan-lagret"
    page = browser.get(PLAN).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert (typed(page)["phases.needs.state"], typed(page)["phases.goals.state"]) == ("not_begun", "in_progress")
    assert browser.post(PLAN, data=standing | {"focus": "Et annet."}).status_code == 412
    before = browser.get(f"{PLAN}/tidligere").text
    assert before.count("Versjon ") == 3
    assert before.index("Versjon 3") < before.index("Versjon 1")
    without = browser.post(PLAN, data=typed(page) | {"focus": "", "development_area": ""})
    assert without.status_code == 303
    assert "ikke knyttet til noe" in browser.get(PLAN).text


def test_progress_says_of_each_how_far_it_is(here: Shown, browser: httpx.Client) -> None:
    page = browser.get(PROGRESS).text
    assert f'href="{MAPPING}"' in page
    assert page.count('<th scope="row"><a href="/program/') == 12
    assert "Planen er ikke begynt." in browser.get(f"{NEVER_BEGUN}/utviklingsplan").text
    with here.browser("reader") as reader:
        page = reader.get(PROGRESS).text
        assert "kartlegging" not in page.partition("<main")[2].replace("Kartlegging", "")
        assert reader.get(MAPPING).status_code == 403
        assert reader.get(PLAN).status_code == 403
    assert browser.get(f"/program/nowhere/kommune/{MUNICIPALITY}/utviklingsplan").status_code == 404


def test_an_area_is_adopted_changed_and_withdrawn(here: Shown, browser: httpx.Client) -> None:
    page = browser.get(AREAS).text
    assert "Kulturskolen i skoledagen" in page
    assert "utløpt" in page
    body = {"party": "912004007", "name": EVIL, "first_day": "2025-01-01", "last_day": "2024-01-01"}
    refused = browser.post(AREAS, data=body)
    assert refused.status_code == 422
    assert 'id="nytt-last_day-feil"' in refused.text
    assert browser.post(AREAS, data=body | {"last_day": "2026-12-31"}).status_code == 303
    listed = browser.get(AREAS).text
    assert "<script>" not in listed
    found = re.search(r'href="(/utviklingsomrade/[^"]+)"><bdi>&lt;script', listed)
    assert found
    path, seen = found[1], typed(browser.get(found[1]).text)
    assert browser.post(path, data=seen | {"name": "Ungdom", "last_day": "2025-06-30"}).status_code == 303
    assert browser.post(path, data=seen | {"name": "Andre"}).status_code == 412
    withdrawn = browser.post(f"{path}/trekk", data=typed(browser.get(path).text))
    assert withdrawn.headers["location"] == f"{AREAS}?gjort=omrade-trukket"
    page = browser.get(path).text
    assert "Trukket tilbake" in page
    assert "Trekk området tilbake" not in page
    with here.browser("reader") as reader:
        assert "<form" not in reader.get(AREAS).text.partition("<main")[2]


def test_the_pages_lead_to_each_other(browser: httpx.Client) -> None:
    page = browser.get(HERE).text
    for path in (MAPPING, PLAN):
        assert f'href="{path}"' in page
    assert f'href="{PROGRESS}"' in browser.get(f"/program/{PROGRAMME}").text


def test_an_application_names_an_area_of_its_county(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        path = "/registration/programmes/regionalt-2026-2027/applications"
        application = api.get(path).raise_for_status().json()["items"][0]
    page = browser.get(f"/soknad/{application['id']}").text
    assert "ikke oppgitt" in page
    choices = re.search(r'<select[^>]* name="development_area"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert choices
    assert "Kulturskole for alle (Trøndelag)" in choices[1]
    assert "ressurssenter" not in choices[1]
    standing = typed(page)
    for_all = re.search(r'value="([^"]+)">Kulturskole for alle', choices[1])
    assert for_all
    saved = browser.post(f"/soknad/{application['id']}/endring", data=standing | {"development_area": for_all[1]})
    assert saved.status_code == 303
    assert "Kulturskole for alle</bdi></a>" in browser.get(f"/soknad/{application['id']}").text
