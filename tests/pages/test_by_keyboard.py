"""What administrators do most, in a real browser, by keyboard alone and with script switched off."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.support.chromium import Keyboard, page_of
from tests.support.demonstration import Shown


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
