"""Whether a plan is published, on its programme's page: what publishing sends, its revisions, and postponing all of it (S6)."""

from __future__ import annotations

import httpx

from tests.pages.test_programmes import fields
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown

HERE, NEXT = f"/program/{PROGRAMME}", f"/program/{NEXT_PROGRAMME}"
PUBLISH, POSTPONE = f"{NEXT}/plan/publiser", f"{HERE}/plan/utsett"


def test_a_draft_is_published_once_by_a_form_that_says_what_it_sends(browser: httpx.Client, here: Shown) -> None:
    page = browser.get(NEXT)
    assert "Planen er et utkast. Ingen inviteres før den er publisert." in page.text
    assert "Det sendes nå 0 e-poster med planen og 0 invitasjoner til kalenderen." in page.text
    values = fields(page, PUBLISH)
    answer = browser.post(PUBLISH, data=values)
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"])
    assert "Planen er publisert. Alle som er med, får den nå." in shown.text
    assert "står som revisjon 1." in shown.text
    again = browser.post(PUBLISH, data=values)
    assert "Noen andre endret planen imens. Her er det som står nå." in again.text
    with here.browser("reader") as reader:
        assert POSTPONE not in reader.get(HERE).text


def test_all_that_is_planned_ahead_is_postponed_once_and_seen_as_a_revision(browser: httpx.Client, here: Shown) -> None:
    values = fields(browser.get(HERE), POSTPONE) | {"postpone_weeks": "1", "reason": "illness"}
    far = browser.post(POSTPONE, data=values | {"postpone_weeks": "30"})
    assert "ville ligge utenfor programmets periode" in far.text
    missing = browser.post(POSTPONE, data=values | {"postpone_weeks": ""})
    assert "Det ble ikke lagret." in missing.text
    answer = browser.post(POSTPONE, data=values)
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    assert "Programmet er utsatt." in shown
    assert "sykdom" in shown
    assert "27.–28. mai 2025" in shown  # Fellessamling 4, a week later
    assert "Noen andre endret planen imens. Her er det som står nå." in browser.post(POSTPONE, data=values).text
