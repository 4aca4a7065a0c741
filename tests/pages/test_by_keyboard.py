"""What administrators do most, in a real browser, by keyboard alone and with script switched off."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, expect

from tests.end_to_end.started import eventually
from tests.pages.which import session
from tests.support.chromium import Keyboard, page_of
from tests.support.demonstration import PROGRAMME, Shown


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
