"""What only a real browser shows: that a mail runs nothing, and that a second click and the way back change nothing."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser, Page, Route, expect

from tests.pages.which import mail
from tests.support.chromium import page_of
from tests.support.demonstration import Shown

SCRIPT = "<script>document.body.dataset.ran = 'yes'; parent.document.title = 'ran'</script></body>"


def test_a_mail_in_its_frame_runs_no_script(chromium: Browser, here: Shown) -> None:
    """Whatever it holds: here the browser is given one that holds script, under the headers that the pages give it."""
    with here.api() as api:
        path = f"/e-post/{mail(api)}"
    with page_of(chromium, here, java_script_enabled=True) as page:
        with_script(page, path)
        page.goto(path)
        body = page.frame_locator("iframe").locator("body")
        expect(body).to_contain_text("faktura")
        expect(body).not_to_have_attribute("data-ran", "yes")
        assert page.title() != "ran"
        page.goto(f"{path}/innhold")
        expect(page.locator("body")).not_to_have_attribute("data-ran", "yes")
        # It would run if nothing kept it from it.
        with_script(page, path, {"content-security-policy": ""})
        page.goto(f"{path}/innhold")
        expect(page.locator("body")).to_have_attribute("data-ran", "yes")


def with_script(page: Page, path: str, headers: Mapping[str, str] | None = None) -> None:
    def answer(route: Route) -> None:
        found = route.fetch()
        content = found.text().replace("</body>", SCRIPT)
        assert SCRIPT in content
        route.fulfill(response=found, body=content, headers={**found.headers, **(headers or {})})

    page.unroute_all()
    page.route(f"**{path}/innhold", answer)
