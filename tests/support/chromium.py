"""A Chromium that is installed on the machine, and whoever uses pages in it by the keyboard alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from shared.web.keys import Role
from tests.support.demonstration import Shown

NAMES = ("chromium", "chromium-browser", "google-chrome")
# It asks nobody for anything but the pages.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SOON = 100_000  # milliseconds: a page of ours is there, however busy the machine is
WIDE, NARROW = 1280, 390  # pixels: an office's screen, a telephone's
Scheme = Literal["light", "dark"]


class NoChromium(Exception):
    """None is installed."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises NoChromium. While it runs, no test that is itself asynchronous can run in the same thread."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        msg = f"no browser is installed here ({', '.join(NAMES)})"
        raise NoChromium(msg)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(
    browser: Browser,
    here: Shown,
    role: Role | None = "administrator",
    *,
    width: int = WIDE,
    scheme: Scheme = "light",
    script: bool = False,
    **options: Any,
) -> Iterator[Page]:
    """A page in a window of its own, logged in unless `role` is None. Script is switched off, as it is for who wants it so.

    With `script` a test's own script may run, in spite of what pages allow. `options` are of the window.
    """
    by_default: dict[str, Any] = {
        "base_url": here.url,
        "locale": "nb-NO",
        "timezone_id": "Europe/Oslo",
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "java_script_enabled": script,
        "bypass_csp": script,
    }
    context = browser.new_context(**by_default | options)
    context.set_default_timeout(SOON)
    expect.set_options(timeout=SOON)
    try:
        if role is not None:
            with here.browser(role) as client:
                context.add_cookies([{"name": "session", "value": client.cookies["session"], "url": here.url}])
        yield context.new_page()
    finally:
        context.close()


class Keyboard:
    """Whoever has no mouse: goes from one thing to the next by Tab, and must see where it is."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def to(self, wanted: Locator, *, within: int = 300) -> None:
        """Raises AssertionError where so many steps do not lead there, or where it is not seen that they did."""
        for _ in range(within):
            if wanted.evaluate("it => it === document.activeElement"):
                assert wanted.evaluate("it => getComputedStyle(it).outlineStyle") != "none", f"{wanted}: no outline"
                return
            self._page.keyboard.press("Tab")
        msg = f"{wanted} is not reached by Tab"
        raise AssertionError(msg)

    def type(self, wanted: Locator, text: str) -> None:
        """In place of what stands there."""
        self.to(wanted)
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)

    def choose(self, wanted: Locator, text: str) -> None:
        """An entry of a list, by its first letters."""
        self.to(wanted)
        self._page.keyboard.type(text)

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """A button, a link, or a tick by Space."""
        self.to(wanted)
        self._page.keyboard.press(key)

    def leave_by(self, wanted: Locator) -> None:
        """What leads to another page, or to the same one anew."""
        with self._page.expect_navigation():
            self.press(wanted)
