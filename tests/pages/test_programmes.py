"""Programmer: the list, one with its milestones and its plan, and what is changed of it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from pages.programmes.closing import unsettled
from tests.pages.looking import looking_at
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown

HERE = f"/program/{PROGRAMME}"
EVIL = "<script>alert(1)</script>" + "\N{HEBREW LETTER ALEF}" * 100 + "x" * 60
NEW = {
    "code": "nytt-2027",
    "name": "Nytt program",
    "period_start": "2027-08-01",
    "period_end": "2028-12-31",
    "applications_from": "",
    "applications_until": "",
    "fee_kr": "20 000",
    "county_branch_fee_kr": "10 000,50",
    "days_to_pay": "30",
    "contact_person.name": "Ingrid Moe",
    "contact_person.email": "ingrid.moe@raadet.example",
    "contact_person.phone": "+47 900 00 003",
}


def rows(page: httpx.Response, label: str) -> list[list[str]]:
    """The text of each cell of a table, by row."""
    assert page.status_code == 200, page.text
    (table,) = re.findall(rf'aria-label="{label}">(.*?)</table>', page.text, re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", re.sub(r"<details>(.*?)</ul>", "", table, flags=re.DOTALL), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(unescape(re.sub("<[^>]+>", "", cell)).split()) for cell in row] for row in cells]


def fields(page: httpx.Response, action: str) -> dict[str, str]:
    """What a form would send as it stands."""
    (form,) = re.findall(rf'<form method="post" action="{action}"(.*?)</form>', page.text, re.DOTALL)
    inputs = re.findall(r"<input([^>]*)>", form)
    values = {}
    for it in inputs:
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', it))
        if attributes.get("type") != "checkbox" or "checked" in it:
            values[attributes["name"]] = unescape(attributes["value"])
    return values


def test_the_milestones_of_each_municipality_say_what_needs_someone(browser: httpx.Client) -> None:
    heading, *found = rows(browser.get(HERE), "Kommuner og milepæler")
    assert heading[1:] == [
        "Søknad",
        "Gruppe",
        "Veileder",
        "Avtale",
        "Kontraktsmøte",
        "Besøk",
        "Rate 1",
        "Rate 2",
        "Rate 3",
    ]
    assert len(found) == 12
    assert [found[0][0], found[-1][0]] == ["Kristiansund", "Ørsta"]
    kristiansund = found[0][1:]
    assert kristiansund[:2] == ["tatt opp", "4 deltakere"]
    assert kristiansund[3:6] == ["signert 15. oktober 2024", "holdt", "besøk 2 er ikke registrert"]
    assert kristiansund[6].startswith("faktura FK1-")
    assert kristiansund[7:] == ["–", "–"]


def test_the_plan_stands_with_its_true_precision_and_joint_sessions_link_to_their_pages(browser: httpx.Client) -> None:
    page = browser.get(HERE)
    plan = {row[0]: row[1:] for row in rows(page, "Planen")}
    assert plan["Veiledningsbesøk 4"][0] == "juni eller august 2025"
    assert plan["Koordinatorsamling 5"][0] == "august 2025 (uke 34/35), 2,5 timer"
    assert plan["Delingsarena"][0] == "januar 2026 (uke 2–3 eller 4)"
    assert plan["Fellessamling 3"] == [
        "19.–20. februar 2025",
        "fysisk, Olavshallen, Trondheim",
        "rate 2",
        "ikke registrert som gjennomført",
    ]
    assert len(re.findall(r'<a href="/samling/[^"]+"><bdi>Fellessamling \d', page.text)) == 6
    assert f'href="{HERE}/ny-samling"' in page.text


def test_who_reads_sees_no_forms_and_no_people(here: Shown) -> None:
    with here.browser("reader") as reader:
        page = reader.get(HERE)
        heading, *found = rows(page, "Kommuner og milepæler")
        assert heading[1:] == ["Kontraktsmøte", "Besøk", "Rate 1", "Rate 2", "Rate 3"]
        assert len(found) == 12
        assert "/endre" not in page.text
        assert "ny-samling" not in page.text
        assert "@" not in page.text
        assert "Åpne et nytt" not in reader.get("/program").text
        assert reader.post("/program", data=NEW).status_code == 403


async def test_a_service_that_is_away_leaves_its_part_out_and_it_is_said(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        looking.asked.away = {"scheduling", "billing"}
        page = await looking.browser.get(HERE)
        looking.asked.away = {"registration"}
        assert (await looking.browser.get(HERE)).status_code == 503
    assert rows(page, "Kommuner og milepæler")[0] == ["Kommune", "Søknad", "Gruppe", "Veileder", "Avtale"]
    assert "Planen</h2>" not in page.text
    assert len(re.findall("kan ikke vises nå", page.text)) == 2


def test_who_is_about_to_close_a_programme_sees_what_is_not_invoiced_and_not_delivered(
    here: Shown, browser: httpx.Client
) -> None:
    with here.api() as api:
        found = api.get("/billing/unbilled", params={"programme": PROGRAMME, "limit": 500}).json()["items"]
        undelivered = api.get("/billing/undelivered", params={"limit": 500}).json()["items"]
    expected = unsettled(PROGRAMME, found, undelivered)
    assert expected.instalments
    text = _closing(browser.get(HERE))
    assert f'<a href="{HERE}/fakturaer#ikke-fakturert">' in text
    assert f"{expected.instalments} rater er ikke fakturert" in text
    assert ("fakturaer#fakturaer" in text) is bool(expected.documents)


async def test_who_is_about_to_close_a_programme_is_told_where_billing_does_not_answer(
    here: Shown, tmp_path: Path
) -> None:
    async with looking_at(here, tmp_path) as looking:
        looking.asked.away = {"billing"}
        assert "Om alt er fakturert og levert, kan ikke sies nå" in _closing(await looking.browser.get(HERE))


def _closing(page: httpx.Response) -> str:
    """The form that closes the programme."""
    (form,) = re.findall(rf'<form method="post" action="{HERE}/avslutt"(.*?)</form>', page.text, re.DOTALL)
    return str(form)


async def test_sixty_municipalities_take_as_many_calls_as_twelve(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        twelve = await looking.questions(HERE)
        looking.asked.times = 5
        assert sorted(await looking.questions(HERE)) == sorted(twelve)
        assert len(rows(await looking.browser.get(HERE), "Kommuner og milepæler")) == 60 + 1
    assert len(twelve) == 14


@pytest.mark.parametrize("path", ["/program/finnes-ikke", "/program/..%2F..%2Fparties", "/program/%00"])
def test_a_programme_that_is_not_there_is_not_found(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_programme_is_opened_once_changed_and_deleted(here: Shown, browser: httpx.Client) -> None:
    for _ in range(2):  # a double click
        answer = browser.post("/program", data=NEW)
        assert (answer.status_code, answer.headers["location"]) == (303, "/program/nytt-2027?gjort=program-apnet")
    page = browser.get(answer.headers["location"])
    assert "Programmet er åpnet." in page.text
    assert "Ingen kommuner har søkt ennå." in page.text
    assert 'href="/program/nytt-2027"' in browser.get("/program").text

    form = fields(page, "/program/nytt-2027/endre")
    assert (
        form.items()
        >= {"fee_kr": "20 000", "county_branch_fee_kr": "10 000,50", "contact_person.name": "Ingrid Moe"}.items()
    )
    answer = browser.post("/program/nytt-2027/endre", data=form | {"name": EVIL, "fee_kr": "24000"})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"])
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    shown = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "24 000,00 kr, for fylkesavdelinger 10 000,50 kr" in shown
    with here.api() as api:
        standing = api.get("/registration/programmes/nytt-2027").json()
    assert (standing["fee_ore"], standing["county_branch_fee_ore"]) == (2_400_000, 1_000_050)

    assert "Alt er fakturert og levert." in page.text
    answer = browser.post("/program/nytt-2027/avslutt", data=fields(page, "/program/nytt-2027/avslutt"))
    assert answer.headers["location"] == "/program/nytt-2027?gjort=program-avsluttet"
    assert "avsluttet" in browser.get("/program").text
    page = browser.get("/program/nytt-2027")
    assert "/program/nytt-2027/avslutt" not in page.text
    answer = browser.post("/program/nytt-2027/gjenapne", data=fields(page, "/program/nytt-2027/gjenapne"))
    assert answer.headers["location"] == "/program/nytt-2027?gjort=program-gjenapnet"
    page = browser.get("/program/nytt-2027")

    answer = browser.post("/program/nytt-2027/slett", data=fields(page, "/program/nytt-2027/slett"))
    assert answer.headers["location"] == "/program?gjort=program-slettet"
    assert browser.get("/program/nytt-2027").status_code == 404


def test_what_is_refused_stands_at_its_field_and_keeps_what_was_typed(browser: httpx.Client) -> None:
    answer = browser.post(
        "/program", data=NEW | {"code": "Stor Bokstav", "name": EVIL, "fee_kr": "mye", "days_to_pay": "ti"}
    )
    assert answer.status_code == 422
    wrong = set(re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text))
    assert wrong == {"code", "fee_kr", "days_to_pay"}
    assert "Skriv et beløp i kroner" in answer.text
    assert "<script>" not in answer.text
    assert fields(answer, "/program").items() >= {"fee_kr": "mye", "name": EVIL}.items()
    assert browser.post("/program", data=NEW | {"code": PROGRAMME}).status_code == 409


def test_an_emptied_field_that_must_be_filled_in_is_refused_and_nothing_is_changed(browser: httpx.Client) -> None:
    form = fields(browser.get(HERE), f"{HERE}/endre")
    emptied = ("name", "period_start", "period_end", "fee_kr", "days_to_pay")
    contact = ("contact_person.name", "contact_person.email", "contact_person.phone")
    answer = browser.post(f"{HERE}/endre", data=form | dict.fromkeys(emptied + contact, ""))
    assert answer.status_code == 422
    wrong = re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text)
    assert sorted(wrong) == sorted(emptied + contact)
    assert answer.text.count("Feltet må fylles ut.") == len(wrong)
    assert fields(browser.get(HERE), f"{HERE}/endre") == form


def test_a_form_without_its_fields_clears_nothing_and_opens_nothing(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        before = api.get(f"/registration/programmes/{PROGRAMME}").json()
        assert browser.post(f"{HERE}/endre").status_code == 303
        assert api.get(f"/registration/programmes/{PROGRAMME}").json() == before
    answer = browser.post("/program", data={"code": "uten-felter"})
    assert answer.status_code == 422
    assert "Feltet må fylles ut." in answer.text


def test_who_may_not_see_applications_is_not_told_that_there_are_none(here: Shown, browser: httpx.Client) -> None:
    nobody = "Ingen kommuner har søkt ennå."
    with here.browser("reader") as reader:
        page = reader.get(f"/program/{NEXT_PROGRAMME}").text
    assert nobody not in page
    assert "Hvem som har søkt, ser bare administratorer." in page


def test_a_fee_that_nobody_means_is_asked_about(browser: httpx.Client) -> None:
    answer = browser.post("/program", data=NEW | {"fee_kr": "200"})
    assert answer.status_code == 422
    assert 'name="fee_kr" type="text" value="200" aria-describedby' in answer.text


def test_what_somebody_changed_meanwhile_is_not_overwritten(here: Shown, browser: httpx.Client) -> None:
    form = fields(browser.get(HERE), f"{HERE}/endre")
    with here.api() as api:
        assert api.patch(f"/registration/programmes/{PROGRAMME}", json={"days_to_pay": 21}).status_code == 200
    answer = browser.post(f"{HERE}/endre", data=form | {"days_to_pay": "14"})
    assert answer.status_code == 412
    assert "Noen andre endret programmet imens." in answer.text
    standing = fields(answer, f"{HERE}/endre")
    assert standing["days_to_pay"] == "21"
    assert browser.post(f"{HERE}/endre", data=standing | {"days_to_pay": "30"}).status_code == 303


def test_what_something_points_to_is_not_offered_to_be_deleted_and_stays(browser: httpx.Client) -> None:
    for code in (PROGRAMME, NEXT_PROGRAMME):
        page = browser.get(f"/program/{code}")
        assert f"/program/{code}/slett" not in page.text
        answer = browser.post(f"/program/{code}/slett")
        assert answer.status_code == 409
        assert "Det ble ikke lagret." in answer.text
        assert browser.get(f"/program/{code}").status_code == 200
