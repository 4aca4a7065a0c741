"""Whether a plan is published, on its programme's page: what publishing sends, its revisions, and postponing all of it (S6)."""

from __future__ import annotations

import re

import httpx

from tests.pages.test_programmes import fields
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown

HERE, NEXT = f"/program/{PROGRAMME}", f"/program/{NEXT_PROGRAMME}"
PUBLISH, POSTPONE = f"{NEXT}/plan/publiser", f"{HERE}/plan/utsett"


def avoid(api: httpx.Client, programme: str, day: str) -> None:
    days = {"days": [{"first": day, "last": day, "why": "Eksamen"}]}
    answer = api.put(f"/scheduling/programmes/{programme}/days-to-avoid", json=days)
    assert answer.status_code == 200, answer.text


def told(page: httpx.Response) -> str:
    """What ticking that the warnings were seen would send."""
    (found,) = re.findall(r'name="accepted" type="checkbox" value="([^"]*)"', page.text)
    return str(found)


def test_a_draft_is_published_once_by_a_form_that_says_what_it_sends(browser: httpx.Client, here: Shown) -> None:
    page = browser.get(NEXT)
    assert "Planen er et utkast. Ingen inviteres før den er publisert." in page.text
    assert "Det sendes nå 0 e-poster med planen og 0 invitasjoner til kalenderen." in page.text
    with here.api() as api:
        planned: dict[str, object] = {"kind": "inspiration_session", "format": "digital"}
        planned |= {"title": "Inspirasjonssamling <b>", "when": {"days": {"first": "2026-05-11", "last": "2026-05-11"}}}
        of_next = f"/scheduling/programmes/{NEXT_PROGRAMME}"
        session = api.post(f"{of_next}/sessions", json=planned)
        assert session.status_code == 201, session.text
        avoid(api, NEXT_PROGRAMME, "2026-05-11")
        warned = browser.post(PUBLISH, data=fields(page, PUBLISH))
        assert warned.status_code == 409
        assert "Inspirasjonssamling &lt;b&gt;: 11. mai 2026 bør unngås: Eksamen." in warned.text
        assert "Jeg har sett advarslene, og planen skal publiseres likevel" in warned.text
        values = fields(warned, PUBLISH) | {"accepted": told(warned), "accepted_because": "Alle kan"}
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
    with here.api() as api:
        avoid(api, PROGRAMME, "2025-05-27")
    warned = browser.post(POSTPONE, data=values)
    assert warned.status_code == 409
    assert "Fellessamling 4: 27. mai 2025 bør unngås: Eksamen." in warned.text
    assert "Jeg har sett advarslene, og programmet skal utsettes likevel" in warned.text
    values |= {"accepted": told(warned), "accepted_because": "Avklart"}
    answer = browser.post(POSTPONE, data=values)
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    assert "Programmet er utsatt." in shown
    assert "sykdom" in shown
    assert "27.–28. mai 2025" in shown  # Fellessamling 4, a week later
    assert "Noen andre endret planen imens. Her er det som står nå." in browser.post(POSTPONE, data=values).text
