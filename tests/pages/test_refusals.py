"""What was refused is said where one stands after it: at the top, whether or not its form is still there."""

from __future__ import annotations

import re

import httpx

from tests.support.demonstration import PROGRAMME


def test_a_refusal_leads_to_the_form_that_shows_it(browser: httpx.Client) -> None:
    answer = browser.post("/program", data={"name": "Et program uten kode", "fee_kr": ""})
    assert answer.status_code == 422
    assert "<title>Feil: " in answer.text
    (target,) = re.findall(r'role="alert">.*?<a href="#([^"]+)">Til skjemaet', answer.text, re.DOTALL)
    assert f'id="{target}"' in answer.text


def test_a_refusal_is_said_when_its_form_is_not_there_any_more(browser: httpx.Client) -> None:
    approval = {"approval": "01926b3c-7a00-7000-8000-000000000001"}
    answer = browser.post(f"/program/{PROGRAMME}/fakturaer/godkjenn", data=approval)
    assert answer.status_code in (404, 409, 422)
    assert re.search(r'role="alert">\s*<p><strong>Det ble ikke lagret', answer.text)
    assert "Til skjemaet" not in answer.text
