"""What only a real browser shows: that a mail runs nothing, and that a second click and the way back change nothing."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser, Page, Route, expect

from tests.end_to_end.started import eventually
from tests.pages.which import mail, session
from tests.support.chromium import page_of
from tests.support.demonstration import PROGRAMME, Shown

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


def test_a_double_click_plans_one_session(chromium: Browser, here: Shown) -> None:
    with page_of(chromium, here) as page, here.api() as api:
        page.goto(f"/program/{PROGRAMME}/ny-samling")
        page.get_by_label("Slag").select_option("Inspirasjonssamling")
        page.get_by_label("Navn").fill("Dobbeltklikk")
        page.get_by_label("Nummer").fill("2")
        page.get_by_label("Form", exact=True).select_option("digital")
        page.get_by_label("Dagene er bestemt").check()
        page.get_by_label("Første dag").fill("2025-08-20")
        page.get_by_role("button", name="Legg inn i planen").dblclick()
        expect(page.get_by_role("status")).to_be_visible()
        found = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"limit": 200}).json()["items"]
        assert len([it for it in found if it["title"] == "Dobbeltklikk"]) == 1


def test_a_second_click_and_the_way_back_send_no_second_invoice(chromium: Browser, here: Shown) -> None:
    with page_of(chromium, here) as page, here.api() as api:
        path = f"/samling/{session(api)}"
        page.goto(path)
        page.get_by_role("button", name="Registrer og send 12 fakturaer").dblclick()
        expect(page.get_by_role("main")).to_contain_text("Tilstandgjennomført")
        page.goto(path)
        page.go_back()
        if page.get_by_role("button", name="Registrer og send").count():  # as the browser kept it
            page.get_by_role("button", name="Registrer og send").click()
            expect(page.get_by_role("alert")).to_contain_text("Det ble ikke lagret")
        url = f"/billing/programmes/{PROGRAMME}/invoices"
        eventually(lambda: len(api.get(url, params={"limit": 200}).json()["items"]) == 24)
        assert api.get(f"/scheduling/sessions/{session(api)}").json()["state"] == "completed"
