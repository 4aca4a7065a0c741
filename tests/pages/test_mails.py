"""E-post: which were sent to whom, one as it was sent, and what is done about it."""

from __future__ import annotations

import re
import sqlite3
from html import unescape

import httpx
import pytest

from tests.support.demonstration import PROGRAMME, Shown

HERE = f"/program/{PROGRAMME}/e-post"


def mail(here: Shown, kind: str) -> str:
    """The id of the first of a kind."""
    with here.api() as api:
        found = api.get("/notifications/mails", params={"programme": PROGRAMME, "kind": kind, "limit": 1})
        return str(found.json()["items"][0]["id"])


@pytest.fixture(scope="module")
def an_invitation(here: Shown) -> str:
    """To a session that is over by now."""
    return mail(here, "session_invitation")


def test_mails_are_listed_the_newest_first_and_filtered(here: Shown, browser: httpx.Client) -> None:
    page = browser.get(HERE, params={"kind": "session_invitation", "state": "sent"})
    assert page.status_code == 200
    rows = re.findall(r'<th scope="row"><a href="/e-post/([^"]+)">([^<]+)</a>', page.text)
    assert rows
    assert {text for _, text in rows} == {"Invitasjon til samling"}
    ids = [id for id, _ in rows]
    assert ids == sorted(ids, reverse=True)
    assert '<option value="session_invitation" selected>' in page.text
    older = re.search(r'href="([^"]+)#alle">Eldre', page.text)
    assert older
    following = browser.get(unescape(older[1]))
    assert not set(ids) & set(re.findall(r'href="/e-post/([^"]+)">', following.text))


def test_a_mail_is_shown_as_it_was_sent_in_a_frame_that_can_do_nothing(
    browser: httpx.Client, an_invitation: str
) -> None:
    page = browser.get(f"/e-post/{an_invitation}")
    assert page.status_code == 200
    assert f'<iframe src="/e-post/{an_invitation}/innhold" sandbox' in page.text
    assert "Slik ble den sendt" in page.text
    assert "legger samlingen i kalenderen" in page.text
    assert "BEGIN:VCALENDAR" in page.text

    content = browser.get(f"/e-post/{an_invitation}/innhold")
    policy = content.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy
    assert "<html" in content.text


def test_a_mail_that_is_not_there_is_not_found(browser: httpx.Client) -> None:
    for path in ("/e-post/01926b3c-7a00-7000-8000-000000000001", "/e-post/..%2Fsummary", "/program/another/e-post"):
        assert browser.get(path).status_code == 404, path


def hidden(page: str, form: str) -> dict[str, str]:
    """What a form carries that nobody types."""
    found = page[page.index(f'/{form}" class="fields') :].partition("</form>")[0]
    return {n: unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found)}


def test_a_mail_is_sent_again_as_another_to_a_corrected_address(here: Shown, browser: httpx.Client) -> None:
    invoice = mail(here, "invoice")
    page = browser.get(f"/e-post/{invoice}").text
    values = hidden(page, "send")
    wrong = browser.post(f"/e-post/{invoice}/send", data=values | {"address": "no address"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text

    answer = browser.post(f"/e-post/{invoice}/send", data=values | {"address": "Rettet@kommune.example"})
    assert answer.status_code == 303
    assert invoice not in answer.headers["location"]
    again = browser.get(answer.headers["location"]).text
    assert "Denne er den nye" in again
    assert f'href="/e-post/{invoice}"' in again
    assert "rettet@kommune.example" in again
    with here.api() as api:
        assert api.get(f"/registration/people/{values['person']}").json()["email"] == "rettet@kommune.example"


def test_what_is_over_is_not_sent_again_and_it_is_said(browser: httpx.Client, an_invitation: str) -> None:
    answer = browser.post(f"/e-post/{an_invitation}/send")
    assert answer.status_code == 409
    assert "Det ble ikke lagret" in answer.text


def test_an_address_is_corrected_and_a_wrong_one_is_said_at_its_field(
    here: Shown, browser: httpx.Client, an_invitation: str
) -> None:
    page = browser.get(f"/e-post/{an_invitation}").text
    carried = hidden(page, "adresse")
    wrong = browser.post(f"/e-post/{an_invitation}/adresse", data=carried | {"email": "no <b>address</b>"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert "no &lt;b&gt;address&lt;/b&gt;" in wrong.text

    right = browser.post(f"/e-post/{an_invitation}/adresse", data=carried | {"email": "ny.adresse@kommune.example"})
    assert right.status_code == 303
    with here.api() as api:
        assert api.get(f"/registration/people/{carried['person']}").json()["email"] == "ny.adresse@kommune.example"
    stale = browser.post(f"/e-post/{an_invitation}/adresse", data=carried | {"email": "enda.en@kommune.example"})
    assert stale.status_code == 412
    assert "ny.adresse@kommune.example" in stale.text


def test_what_failed_stands_first_with_why_and_is_tried_again_together_or_at_another_address(
    here: Shown, browser: httpx.Client
) -> None:
    with sqlite3.connect(here.folder / "notifications.db") as connection:
        these = "id IN (SELECT id FROM mail WHERE kind = 'agreement_signed' ORDER BY id DESC LIMIT 2)"
        connection.execute(f"UPDATE mail SET state = 'failed', reply = 550 WHERE {these}")  # noqa: S608 - a text of ours
    connection.close()
    page = browser.get(HERE).text
    assert page.index("Kom ikke fram") < page.index("Alle e-poster")
    assert "tok ikke imot til denne adressen (svar 550)" in page
    one, _ = re.findall(r'<li><a href="/e-post/([^"]+)">Avtalen er signert', page)

    form = browser.get(f"/e-post/{one}").text
    assert "E-posten kom ikke fram" in form
    answer = browser.post(f"/e-post/{one}/prov", data=hidden(form, "prov") | {"address": "kommer.fram@kommune.example"})
    assert answer.status_code == 303
    assert "kommer.fram@kommune.example" in browser.get(f"/e-post/{one}").text

    together = browser.post(f"{HERE}/prov-alle", data={"reply": "550"})
    assert together.headers["location"] == f"{HERE}?gjort=e-poster-proves"
    assert "Kom ikke fram" not in browser.get(HERE).text
    assert browser.post(f"{HERE}/prov-alle").headers["location"] == f"{HERE}?gjort=e-poster-proves-ikke"


def test_what_cannot_be_given_up_or_tried_is_said_on_the_page(browser: httpx.Client) -> None:
    for form, values, status in (("gi-opp", {"id": "gone"}, 404), ("prov-alle", {"reply": "much"}, 422)):
        answer = browser.post(f"{HERE}/{form}", data=values)
        assert answer.status_code == status
        assert "Alle e-poster" in answer.text


def test_an_address_that_was_emptied_is_to_be_filled_in(here: Shown, browser: httpx.Client) -> None:
    one = mail(here, "invoice")
    page = browser.get(f"/e-post/{one}").text
    for form, field in (("send", "address"), ("adresse", "email")):
        answer = browser.post(f"/e-post/{one}/{form}", data=hidden(page, form) | {field: ""})
        assert answer.status_code == 422
        assert f'id="{form}-{field}-feil">Feltet må fylles ut.' in answer.text


def test_a_reader_sees_figures_and_what_waits_and_no_address(here: Shown, an_invitation: str) -> None:
    with here.browser("reader") as reader:
        page = reader.get(HERE)
        assert page.status_code == 200
        assert "@" not in page.text
        assert 'method="post" action="/program' not in page.text
        assert reader.get(f"/e-post/{an_invitation}").status_code == 403
