"""What speaks against a plan is seen before it is saved, and accepted by who has seen it; a visit's minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.pages.test_gatherings import NEW, after, form_of, new, send, session
from tests.support.demonstration import PROGRAMME, Shown

PAGE = f"/program/{PROGRAMME}"
SEEN = "Jeg har sett advarslene"


@pytest.fixture
def api(here: Shown) -> Iterator[httpx.Client]:
    with here.api() as client:
        yield client


def test_a_weekend_is_told_of_and_saved_only_once_it_is_ticked(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "joint_session", 4)
    typed = {"when__precision": "days", "when__days__first": "2025-05-17", "when__days__last": ""}
    assert SEEN not in browser.get(f"/samling/{it['id']}").text
    warned = send(browser, it, "flytt", **typed)
    assert warned.status_code == 409
    for text in ("17. mai 2025 er en helligdag: grunnlovsdagen.", "17. mai 2025 er en lørdag.", SEEN):
        assert text in warned.text
    form = form_of(warned.text, "flytt")
    assert form["when.days.first"] == "2025-05-17"
    assert set(form["accepted"].split()) == {"public_holiday", "weekend"}
    unticked = browser.post(f"/samling/{it['id']}/flytt", data={n: v for n, v in form.items() if n != "accepted"})
    assert unticked.status_code == 409
    assert session(api, "joint_session", 4)["version"] == it["version"]
    saved = browser.post(f"/samling/{it['id']}/flytt", data=form | {"accepted_because": "Toget går forbi"})
    page = after(browser, saved)
    assert "17. mai 2025" in page
    assert "Det som taler mot tiden" in page
    assert "<bdi>Toget går forbi</bdi>" in page
    back = send(browser, it, "flytt", **typed | {"when__days__first": "2025-05-20", "when__days__last": "2025-05-21"})
    assert "Det som taler mot tiden" not in after(browser, back)


def test_a_cancellation_is_taken_back_to_days_of_which_was_warned_only_once_that_is_ticked(
    browser: httpx.Client, api: httpx.Client
) -> None:
    it = session(api, "joint_session", 4)
    days = it["when"]["days"]
    avoided = f"/scheduling/programmes/{PROGRAMME}/days-to-avoid"
    before = api.get(avoided).json()["days"]
    assert SEEN not in after(browser, send(browser, it, "avlys"))
    now = [*before, {"first": days["first"], "last": days["first"], "why": "Valgdag"}]
    assert api.put(avoided, json={"days": now}).status_code == 200
    warned = send(browser, it, "avlys-angre")
    assert warned.status_code == 409
    assert "bør unngås: Valgdag." in warned.text
    assert SEEN in warned.text
    form = form_of(warned.text, "avlys-angre")
    assert form["accepted"] == "day_to_avoid"
    to = f"/samling/{it['id']}/avlys-angre"
    assert browser.post(to, data={n: v for n, v in form.items() if n != "accepted"}).status_code == 409
    assert session(api, "joint_session", 4)["state"] == "cancelled"
    page = after(browser, browser.post(to, data=form | {"accepted_because": "Den var avlyst ved en feil"}))
    assert "<dd>planlagt</dd>" in page
    assert "<bdi>Den var avlyst ved en feil</bdi>" in page
    assert api.put(avoided, json={"days": before}).status_code == 200


def test_a_new_session_on_a_sunday_is_told_of_too(browser: httpx.Client) -> None:
    typed = new(number="44", kind="coordinator_meeting", format="digital", instalment="")
    typed |= {"when.precision": "days", "when.days.first": "2025-06-15", "when.days.last": ""}
    warned = browser.post(NEW, data=typed)
    assert warned.status_code == 409
    assert "15. juni 2025 er en søndag." in warned.text
    assert after(browser, browser.post(NEW, data=typed | {"accepted": "weekend"}))


def test_what_the_plan_lacks_is_accepted_with_a_reason(browser: httpx.Client, api: httpx.Client, here: Shown) -> None:
    page = browser.get(PAGE).text
    assert page.count("Ingen veiledning mellom disse to fellessamlingene: ") == 1
    assert "<bdi>Det siste besøket er lagt etter Fellessamling 6.</bdi>" in page
    assert "Godta at planen er slik" not in page
    it = session(api, "coordinator_meeting", 4)
    assert api.post(f"/scheduling/sessions/{it['id']}/cancellation", json={}).status_code == 200
    page = browser.get(PAGE).text
    assert page.count("Godta at planen er slik") == 1
    form = form_of(page, "godta")
    empty = browser.post(f"{PAGE}/godta", data=form | {"because": ""})
    assert empty.status_code == 422
    assert "Feltet må fylles ut." in empty.text
    page = after(browser, browser.post(f"{PAGE}/godta", data=form | {"because": "Slik er den <b>vedtatt</b>"}))
    assert "Godta at planen er slik" not in page
    assert "Slik er den &lt;b&gt;vedtatt&lt;/b&gt;" in page
    with here.browser("reader") as reader:
        shown = reader.get(PAGE).text
    assert "Det planen mangler" in shown
    assert "vedtatt" not in shown
    assert api.post(f"/scheduling/sessions/{it['id']}/cancellation-revoked", json={}).status_code == 200


def test_days_to_avoid_are_written_a_line_each_and_warn_who_plans_there(
    browser: httpx.Client, api: httpx.Client
) -> None:
    form = form_of(browser.get(PAGE).text, "unnga")
    wrong = browser.post(f"{PAGE}/unnga", data=form | {"days": "en gang i uke 41"})
    assert wrong.status_code == 422
    assert "«en gang i uke 41» kan ikke leses." in wrong.text
    lines = "2025-10-06 til 2025-10-10: Høstferie\n2025-11-07: Planleggingsdag"
    page = after(browser, browser.post(f"{PAGE}/unnga", data=form | {"days": lines}))
    assert f">{lines}</textarea>" in page
    it = session(api, "coordinator_meeting", 6)
    typed = {"when__precision": "days", "when__days__first": "2025-10-07", "when__days__last": ""}
    assert "7. oktober 2025 bør unngås: Høstferie." in send(browser, it, "flytt", **typed).text
    assert browser.post(f"{PAGE}/unnga", data=form | {"days": ""}).status_code == 412  # as it stood before


def test_minutes_are_written_of_a_visit_that_was_held(browser: httpx.Client, api: httpx.Client, here: Shown) -> None:
    plan = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"kind": "guidance_visit", "limit": 500})
    *_, it = (one for one in plan.json()["items"] if one["state"] == "completed")  # of the first, the demo wrote some
    path = f"/samling/{it['id']}"
    page = browser.get(path).text
    assert "Skriv referat" in page
    form = form_of(page, "referat")
    long = browser.post(f"{path}/referat", data=form | {"text": "x" * 5000})
    assert long.status_code == 422
    assert "Bruk høyst 4000 tegn." in long.text
    text = "Gruppa er i gang.\nNeste gang: fase 2 <b>"
    page = after(browser, browser.post(f"{path}/referat", data=form | {"text": text}))
    assert re.search(r'<p class="prose">Gruppa er i gang\.\s+Neste gang: fase 2 &lt;b&gt;</p>', page)
    with here.browser("reader") as reader:
        assert "Neste gang" not in reader.get(path).text
