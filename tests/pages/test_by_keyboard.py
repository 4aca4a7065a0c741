"""What administrators do most, in a real browser, by keyboard alone and with script switched off."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, expect

from tests.end_to_end.started import eventually
from tests.pages.which import session
from tests.support.chromium import Keyboard, page_of
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown


def test_logging_in_wrongly_then_rightly_and_out(chromium: Browser, here: Shown) -> None:
    with page_of(chromium, here, None) as page:
        keyboard = Keyboard(page)
        page.goto("/program")
        field = page.get_by_label("API-nøkkel")
        keyboard.type(field, "wrong")
        keyboard.leave_by(page.get_by_role("button", name="Logg inn"))
        expect(field).to_have_accessible_description(
            "Nøkkelen gjelder ikke. Se etter at hele er med, eller be den som driver systemet om en ny."
        )
        keyboard.type(field, here.key())
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == f"{here.url}/program"
        expect(page.get_by_role("banner")).to_contain_text("Kari administrator")
        keyboard.leave_by(page.get_by_role("button", name="Logg ut"))
        expect(page.get_by_role("status")).to_have_text("Du er logget ut.")
        page.goto("/program")
        expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")


def test_the_first_tab_leads_past_the_menu(chromium: Browser, here: Shown) -> None:
    with page_of(chromium, here) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Til innholdet")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_assessing_an_application(chromium: Browser, here: Shown) -> None:
    with page_of(chromium, here) as page:
        keyboard = Keyboard(page)
        page.goto(f"/program/{NEXT_PROGRAMME}/soknader")
        keyboard.leave_by(page.get_by_role("main").get_by_role("link").first)
        for question in page.locator("fieldset").filter(has=page.get_by_label("Er det oppfylt?")).all():
            keyboard.choose(question.get_by_label("Er det oppfylt?"), "J")
            keyboard.type(question.get_by_label("Begrunnelse"), "Godt begrunnet.")
        keyboard.leave_by(page.get_by_role("button", name="Lagre vurderingen"))
        expect(page.get_by_role("alert")).to_contain_text("Det ble ikke lagret")  # what was decided is missing
        expect(page.get_by_label("Begrunnelse").first).to_have_value("Godt begrunnet.")
        keyboard.choose(page.get_by_label("Avgjørelse", exact=True), "T")
        keyboard.leave_by(page.get_by_role("button", name="Lagre vurderingen"))
        expect(page.get_by_role("main")).to_contain_text("Søknaden er tatt opp")


def test_recording_the_signatures_of_an_agreement(chromium: Browser, here: Shown) -> None:
    with here.api("operator") as api:
        for service in ("registration", "scheduling", "billing", "notifications"):
            clock = {"now": "2025-03-03T12:00:00+01:00"}
            api.post(f"/{service}/operations/clock", json=clock).raise_for_status()
        party = agreement_sent_by(api)
    with page_of(chromium, here) as page:
        keyboard = Keyboard(page)
        page.goto(f"/program/{NEXT_PROGRAMME}/kommune/{party}")
        for who in ("Direktør", "Kommune", "Kultur"):
            keyboard.press(page.get_by_text("Registrer en signatur", exact=True))
            form = page.get_by_role("group").filter(has=page.get_by_label("Hvem som har signert"))
            keyboard.choose(form.get_by_label("Hvem som har signert"), who)
            keyboard.type(form.get_by_label("Sted"), "Trondheim")
            keyboard.to(form.get_by_label("Dato"))
            page.keyboard.type("03032025")  # the third of March, in whatever order day and month are asked for
            keyboard.leave_by(form.get_by_role("button", name="Registrer signaturen"))
            expect(page.get_by_role("status").first).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text("Avtalen er signert")


def agreement_sent_by(api: httpx.Client) -> str:
    """Sent to one who applied to the next programme, with what must come before it; who it is."""
    programme = f"/registration/programmes/{NEXT_PROGRAMME}"
    applications = api.get(f"{programme}/applications").raise_for_status().json()["items"]
    one = next(it for it in reversed(applications) if it["state"] == "received")
    met = {"met": True, "reason": "Godt begrunnet."}
    questions = ("development_as_whole", "development_area", "dialogue_with_branch")
    assessment = dict.fromkeys(questions, met) | {"outcome": "accepted"}
    api.post(f"/registration/applications/{one['id']}/assessment", json=assessment).raise_for_status()
    group = f"{programme}/groups/{one['party']}"
    for n in range(4):
        participant = {
            "name": f"Ola {n}",
            "email": f"ola.{n}@{one['party']}.example",
            "represents_school_owner": n == 0,
        }
        answer = api.post(f"{group}/participants", json=participant).raise_for_status()
    elected = answer.json()["participants"][0]["id"]
    api.post(f"{group}/coordinator", json={"participant": elected}).raise_for_status()
    signed_by = ("council_director", "municipal_director", "head_of_culture_school")
    agreement = {
        "party": one["party"],
        "period_start": "2026-08-01",
        "period_end": "2027-12-31",
        "signatories": {it: {"name": f"Kari {it}", "email": f"{it}@raadet.example"} for it in signed_by},
        "without_advisor": True,
    }
    api.post(f"{programme}/agreements", json=agreement).raise_for_status()
    return str(one["party"])


def test_completing_a_joint_session_with_what_it_sends_on_the_button(chromium: Browser, here: Shown) -> None:
    with here.api() as api, page_of(chromium, here) as page:
        keyboard = Keyboard(page)
        page.goto(f"/samling/{session(api)}")
        keyboard.leave_by(page.get_by_role("button", name="Registrer og send 12 fakturaer", exact=True))
        expect(page.get_by_role("status").first).to_contain_text("registrert")
        expect(page.get_by_role("main")).to_contain_text("gjennomført")
        assert api.get(f"/scheduling/sessions/{session(api)}").json()["state"] == "completed"
        eventually(lambda: len(of_session(api, session(api))) == 12)
        page.reload()
        expect(page.get_by_role("main")).to_contain_text("12 fakturaer er utstedt")


def of_session(api: httpx.Client, id: str) -> list[Any]:
    found = api.get(f"/billing/programmes/{PROGRAMME}/invoices", params={"limit": 200}).raise_for_status().json()
    return [it for it in found["items"] if it["session"] == id]
