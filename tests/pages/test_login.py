"""Logging in with one's own key, and what keeps everybody else out."""

from __future__ import annotations

import re

import httpx
import pytest

from shared.web import keys
from tests.support.demonstration import PROGRAMME, Shown


def test_no_page_but_the_log_in_answers_without_a_cookie(here: Shown) -> None:
    with here.browser(None) as nobody:
        for path in ("/", "/program", f"/program/{PROGRAMME}", "/drift", "/e-post/1", "/nothing"):
            answer = nobody.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/logg-inn"), path
        assert nobody.get("/logg-inn").status_code == 200
        assert nobody.get("/stil.css").status_code == 200


def test_who_logs_in_comes_back_to_the_page_that_was_asked_for(here: Shown) -> None:
    with here.browser(None) as client:
        asked = client.get(f"/program/{PROGRAMME}?a=b")
        form = client.get(asked.headers["location"]).text
        til = re.search(r'name="til" value="([^"]+)"', form)
        assert til
        answer = client.post("/logg-inn", data={"key": here.key(), "til": til[1]})
        assert answer.headers["location"] == f"/program/{PROGRAMME}?a=b"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"])
def test_nobody_is_led_to_another_site(here: Shown, elsewhere: str) -> None:
    with here.browser(None) as client:
        answer = client.post("/logg-inn", data={"key": here.key(), "til": elsewhere})
        assert answer.headers["location"] == "/"


def test_a_wrong_key_is_said_at_its_field_and_ten_of_them_keep_the_guesser_out_alone(here: Shown) -> None:
    with here.browser(None) as client:
        first = client.post("/logg-inn", data={"key": "wrong"})
        assert first.status_code == 422
        assert 'aria-invalid="true"' in first.text
        statuses = [client.post("/logg-inn", data={"key": "wrong"}).status_code for _ in range(10)]
        assert statuses[-1] == 429
        assert client.post("/logg-inn", data={"key": here.key()}).status_code == 303


def test_a_form_from_elsewhere_changes_nothing(here: Shown, browser: httpx.Client) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post("/logg-ut", headers=headers)
        assert answer.status_code == 403
        assert here.url in answer.text
    assert browser.get("/").status_code == 200


def test_a_key_that_was_revoked_is_out_at_the_next_page(here: Shown) -> None:
    file = here.folder / "keys" / "keys.json"
    secret = keys.create(file, name="Leaves", role="administrator")
    with here.browser(None) as client:
        client.post("/logg-inn", data={"key": secret})
        assert client.get("/").status_code == 200
        keys.revoke(file, "Leaves")
        assert client.get("/").headers["location"] == "/logg-inn"


def test_what_was_typed_is_kept_when_the_session_is_over(here: Shown, browser: httpx.Client) -> None:
    browser.cookies.clear()
    referer = {"Referer": f"{here.url}/program"}
    form = browser.post("/program", data={"name": "Et <nytt> program"}, headers=referer)
    assert form.status_code == 401
    assert "Et &lt;nytt&gt; program" in form.text
    carried = dict(re.findall(r'name="((?:sendt_til|skrevet\.|til)[^"]*)" value="([^"]*)"', form.text))
    again = browser.post(
        "/logg-inn",
        data={"key": here.key(), **{n: v.replace("&lt;", "<").replace("&gt;", ">") for n, v in carried.items()}},
    )
    assert again.status_code == 200
    assert 'action="/program"' in again.text
    assert 'name="name" value="Et &lt;nytt&gt; program"' in again.text


def test_who_logs_out_is_out(browser: httpx.Client) -> None:
    assert browser.post("/logg-ut").status_code == 303
    assert browser.get("/").status_code == 303


def test_what_was_done_is_said_once(here: Shown, browser: httpx.Client) -> None:
    said = browser.post("/logg-ut").headers["location"]
    assert "Du er logget ut." in browser.get(said).text
    assert "Du er logget ut." not in browser.get(said).text


def test_what_is_typed_when_the_key_is_revoked_is_kept(here: Shown) -> None:
    file = here.folder / "keys" / "keys.json"
    secret = keys.create(file, name="Is revoked", role="administrator")
    with here.browser(None) as client:
        client.post("/logg-inn", data={"key": secret})
        keys.revoke(file, "Is revoked")
        answer = client.post("/program", data={"name": "Et langt navn", "fee_kr": "20000"})
        assert answer.status_code == 401
        assert 'value="Et langt navn"' in answer.text


def test_another_cookie_of_the_same_host_is_in_nobodys_way(here: Shown, browser: httpx.Client) -> None:
    session = browser.cookies["session"]
    with here.browser(None) as client:
        answer = client.get("/", headers={"Cookie": f"a[b]=c; session={session}"})
        assert answer.status_code == 200
        assert client.head("/", headers={"Cookie": f"session={session}"}).status_code == 200


def test_what_is_too_long_for_any_form_is_said_to_be(browser: httpx.Client) -> None:
    answer = browser.post("/program", data={"name": "x" * 300_000})
    assert answer.status_code == 413
    assert "for langt" in answer.text
