"""Every page in a real browser: nobody is shut out of it, and no name breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from pages.app import PAGES
from tests.end_to_end.started import eventually
from tests.pages.parked import park
from tests.pages.which import MUNICIPALITY, PARKED, PARKED_BY, WHICH, session
from tests.support.chromium import NARROW, WIDE, Scheme, page_of
from tests.support.demonstration import PROGRAMME, Shown

# WCAG 2.2 AA, and what axe holds for good practice.
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
LONG = "Kjempelangtkommunenavnutenmellomrom" * 5
NAME = f"<script>document.title='script'</script> שלום עולם {LONG}"[:200]


NOT_LOOKED_AT = {
    "/logg-inn": "who is logged in is led on from there",
    "/samling/{}/{}": "leads to the page of the session that a form was about",
    "/avtale/{}.pdf": "a file, which a browser saves",
    "/e-post/{}/innhold": "a mail as it was sent, which stands in a frame of another page",
    "/program/{}/faktura/{}.{}": "a file",
    "/events/catalogue.json": "a document for programs",
    "/events/schemas/{}.json": "likewise",
    "/program/{}/kreditnota/{}.{}": "a file",
}
OF_COLOURS_AND_WIDTHS = {"type": "rule", "values": ["color-contrast", "scrollable-region-focusable", "target-size"]}
VIEWS: tuple[tuple[Scheme, int, Mapping[str, Any]], ...] = (
    ("light", WIDE, RULES),
    ("dark", WIDE, OF_COLOURS_AND_WIDTHS),
    ("dark", NARROW, RULES),
    ("light", NARROW, OF_COLOURS_AND_WIDTHS),
)


def _addresses() -> list[str]:
    """Of each page, with {} where it says which."""
    app = FastAPI()
    for page in PAGES:
        app.include_router(page.router)
    shown = {re.sub(r"{[^}]*}", "{}", path) for path, methods in app.openapi()["paths"].items() if "get" in methods}
    return sorted(shown - NOT_LOOKED_AT.keys())


@pytest.fixture(scope="module")
def evil(here: Shown) -> Shown:
    """What people may write is as long as may be, from right to left, and looks like script; one invoice was credited."""
    with here.api("operator") as api:

        def patch(path: str, body: dict[str, Any]) -> None:
            api.patch(path, json=body).raise_for_status()

        # First, since no font has all letters of the name: a document with it is set aside, and its mail waits.
        credit = f"/billing/programmes/{PROGRAMME}/invoices/1/credit-note"
        api.post(credit, json={"reason": "wrong_reference"}).raise_for_status()
        eventually(lambda: _is_at_rest(api, "unsent", "lag", "marks", "mails"))
        patch(f"/registration/parties/{MUNICIPALITY}", {"name": NAME, "official_name": NAME})
        patch(f"/registration/programmes/{PROGRAMME}", {"name": NAME})
        group = api.get(f"/registration/programmes/{PROGRAMME}/groups/{MUNICIPALITY}").raise_for_status().json()
        for person in group["participants"]:
            patch(f"/registration/people/{person['person']}", {"name": f"{person['name']} {NAME}"[:200]})
        patch(f"/scheduling/sessions/{session(api)}", {"title": NAME, "venue": NAME[:130], "city": NAME[:60]})
        eventually(lambda: _is_at_rest(api, "unsent", "lag"))
    park(here, PARKED_BY, key=PARKED, type=NAME, body=json.dumps({"type": NAME}), subject=NAME)
    return here


def _is_at_rest(api: httpx.Client, *counts: str) -> bool:
    states = [
        api.get(f"/{it}/operations/state").json() for it in ("registration", "scheduling", "billing", "notifications")
    ]
    return not any(state[what] for state in states for what in counts)


@pytest.fixture(scope="module")
def page(chromium: Browser, evil: Shown) -> Iterator[Page]:
    with page_of(chromium, evil, "operator", script=True) as it:
        yield it


@pytest.mark.parametrize("address", _addresses())
def test_a_page_shuts_nobody_out_and_holds_every_name(evil: Shown, page: Page, address: str) -> None:
    with evil.api() as api:
        look_at(page, address.format(*WHICH[address](api)) if "{}" in address else address)


def test_neither_do_the_log_in_and_a_page_that_is_not_there(chromium: Browser, evil: Shown, page: Page) -> None:
    with page_of(chromium, evil, None, script=True) as nobodys:
        look_at(nobodys, "/logg-inn")
        nobodys.get_by_label("API-nøkkel").fill(NAME)
        nobodys.get_by_role("button", name="Logg inn").click()
        examine(nobodys)
    look_at(page, f"/{NAME}", status=404)


def look_at(page: Page, path: str, *, status: int = 200) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status, path
    opened = page.locator("details:not([open]) > summary")
    while opened.count():
        opened.first.click()
    examine(page)


def examine(page: Page) -> None:
    """By axe-core, light and dark, on a wide screen and on a narrow one; there it is not scrolled sideways as a whole."""
    for scheme, width, rules in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert wrong(page, rules) == [], f"{page.url}, {scheme}, {width} px"
        needed, there = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert needed <= there, f"{page.url} at {width} px: {sticking_out(page)}"
    assert page.title() != "script"


def wrong(page: Page, rules: Mapping[str, Any] = RULES) -> list[str]:
    """What axe finds, each with where."""
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{it['id']}: {it['help']}: {', '.join(str(node['html'])[:200] for node in it['nodes'][:3])}"
        for it in found.response["violations"]
    ]


def sticking_out(page: Page) -> str:
    """The start of what reaches beyond the right edge, but for what stands in a region that scrolls by itself."""
    script = """() => [...document.querySelectorAll("body *")]
        .filter(it => it.getBoundingClientRect().right > innerWidth && !it.closest(".panel *"))
        .map(it => it.outerHTML.slice(0, 150)).slice(0, 3)"""
    return json.dumps(page.evaluate(script), ensure_ascii=False)


def test_a_page_that_axe_would_refuse_is_refused(page: Page) -> None:
    """Else the test above could not fail."""
    page.set_content('<!doctype html><html><body><p style="color: #999; width: 2000px">grå</p><input></body></html>')
    found = "\n".join(wrong(page))
    assert "color-contrast" in found
    assert "html-has-lang" in found
    assert "label" in found
    assert page.evaluate("document.documentElement.scrollWidth") > WIDE
