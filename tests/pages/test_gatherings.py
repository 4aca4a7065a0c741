"""One session of the plan: what is seen of it, and every change that may be made to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.support.demonstration import PROGRAMME, Shown

EVIL = "<script>alert(1)</script>\u05d0" + "Å" * 170
NEW = f"/program/{PROGRAMME}/ny-samling"


@pytest.fixture
def api(here: Shown) -> Iterator[httpx.Client]:
    with here.api() as client:
        yield client


def session(api: httpx.Client, kind: str, number: int | None = None) -> dict[str, Any]:
    """The programme's session of this kind and number; its first of that kind with a party where there is no number."""
    plan = api.get(f"/scheduling/programmes/{PROGRAMME}/sessions", params={"kind": kind, "limit": 500}).json()["items"]
    found: dict[str, Any] = next(it for it in plan if it["number"] == number or (number is None and it["party"]))
    return found


def form_of(page: str, name: str) -> dict[str, str]:
    """What a browser would send of the form with this end of its address, untouched."""
    form = re.search(rf'<form [^>]*action="[^"]*/{name}".*?</form>', page, re.DOTALL)
    assert form, f"there is no form {name}"
    found: dict[str, str] = {}
    for field in re.findall(r"<input[^>]*>", form[0]):
        if 'type="radio"' in field and " checked" not in field:
            continue
        found[re.search(r'name="([^"]*)"', field)[1]] = unescape(re.search(r'value="([^"]*)"', field)[1])  # type: ignore[index]
    for select in re.findall(r"<select.*?</select>", form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        found[re.search(r'name="([^"]*)"', select)[1]] = chosen[1] if chosen else ""  # type: ignore[index]
    return found


def send(browser: httpx.Client, it: dict[str, Any], form: str, **typed: str) -> httpx.Response:
    """Open a session's page, fill in one of its forms, and send it."""
    page = browser.get(f"/samling/{it['id']}")
    values = form_of(page.text, form) | {name.replace("__", "."): value for name, value in typed.items()}
    return browser.post(f"/samling/{it['id']}/{form}", data=values)


def after(browser: httpx.Client, answer: httpx.Response) -> str:
    """The page to which a change leads."""
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def new(**typed: str) -> dict[str, str]:
    return {
        "kind": "coordinator_meeting",
        "title": "Koordinatorsamling på prøve",
        "format": "digital",
        "when.precision": "days",
        "when.days.first": "2025-02-18",
    } | {name.replace("__", "."): value for name, value in typed.items()}


def test_a_session_is_shown_with_the_precision_that_its_date_has(browser: httpx.Client, api: httpx.Client) -> None:
    page = browser.get(f"/samling/{session(api, 'coordinator_meeting', 5)['id']}")
    assert page.status_code == 200
    for text in (
        "<h1><bdi>Koordinatorsamling 5</bdi></h1>",
        "august 2025 (uke 34/35), 2,5 timer",
        "planlagt",
        "digital",
    ):
        assert text in page.text
    assert "Dagene må være bestemt først." in page.text


def test_what_a_session_is_held_with_leads_to_that_party(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "contract_meeting")
    assert f'href="/program/{PROGRAMME}/kommune/{it["party"]}"' in browser.get(f"/samling/{it['id']}").text


def test_a_reader_sees_neither_forms_nor_what_is_for_administrators(here: Shown, api: httpx.Client) -> None:
    with here.browser("reader") as reader:
        page = reader.get(f"/samling/{session(api, 'contract_meeting')['id']}").text
        assert "<h1><bdi>Kontraktsmøte" in page
        assert page.count("<form") == 1  # the one that logs out
        assert "tapt" not in page
        assert reader.get(NEW).status_code == 403


def test_a_date_is_sharpened_and_one_outside_of_the_plan_is_refused(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "coordinator_meeting", 5)
    outside = send(browser, it, "presiser", when__precision="days", when__days__first="2025-12-01")
    assert outside.status_code == 422
    assert "2025-12-01" in outside.text
    assert '<details class="change" open>' in outside.text
    sharper = send(browser, it, "presiser", when__precision="days", when__days__first="2025-08-21")
    assert "21. august 2025, 2,5 timer" in after(browser, sharper)


def test_a_session_is_moved_and_what_cannot_be_read_keeps_what_was_typed(
    browser: httpx.Client, api: httpx.Client
) -> None:
    it = session(api, "guidance_visit", 4)
    wrong = send(browser, it, "flytt", when__precision="weeks", when__weeks="engang i våren")
    assert wrong.status_code == 422
    assert 'value="engang i våren"' in wrong.text
    assert 'id="flytt-when.weeks-feil"' in wrong.text
    moved = send(browser, it, "flytt", when__precision="weeks", when__weeks="23 eller 24, 2025", when__months="")
    assert "uke 23/24 2025" in after(browser, moved)


def test_who_changes_what_somebody_else_has_changed_sees_what_stands(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "coordinator_meeting", 6)
    page = browser.get(f"/samling/{it['id']}").text
    stale = form_of(page, "endre") | {"title": "Av den som var sen"}
    assert send(browser, it, "endre", title="Av den som kom først").status_code == 303
    answer = browser.post(f"/samling/{it['id']}/endre", data=stale)
    assert answer.status_code == 412
    assert "<h1><bdi>Av den som kom først</bdi></h1>" in answer.text
    assert 'value="Av den som var sen"' in answer.text


def test_a_format_is_decided(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "coordinator_meeting", 6)
    assert "<dd>ikke bestemt ennå</dd>" in browser.get(f"/samling/{it['id']}").text
    assert "<dd>fysisk</dd>" in after(browser, send(browser, it, "format", format="physical"))


def test_title_and_place_are_changed_and_a_title_is_not_taken_away(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "sharing_arena")
    page = after(browser, send(browser, it, "endre", title="Delingsarenaen", place="på rådhuset"))
    assert "Delingsarenaen" in page
    assert "<dd><bdi>på rådhuset</bdi></dd>" in page
    page = after(browser, send(browser, it, "endre", venue="Kimen", city="Stjørdal"))
    assert "<dd><bdi>Kimen</bdi></dd>" in page
    none = send(browser, it, "endre", title="")
    assert none.status_code == 422
    assert 'id="endre-title-feil">Feltet må fylles ut.' in none.text


def test_a_cancellation_is_taken_back_and_a_double_click_does_nothing_twice(
    browser: httpx.Client, api: httpx.Client
) -> None:
    it = session(api, "coordinator_meeting", 4)
    page = browser.get(f"/samling/{it['id']}").text
    for _ in range(2):
        cancelled = after(browser, browser.post(f"/samling/{it['id']}/avlys", data=form_of(page, "avlys")))
        assert "<dd>avlyst</dd>" in cancelled
    assert api.get(f"/scheduling/sessions/{it['id']}").json()["version"] == it["version"] + 1
    assert "Flytt" not in cancelled
    assert "<dd>planlagt</dd>" in after(browser, send(browser, it, "avlys-angre"))


def test_a_session_is_planned_and_what_is_sent_twice_is_one(browser: httpx.Client, api: httpx.Client) -> None:
    party = session(api, "contract_meeting")["party"]
    assert f'value="{party}" selected' in browser.get(NEW, params={"party": party}).text
    visit = new(kind="guidance_visit", number="77", party=party, title=EVIL, meeting_link="javascript:alert(1)")
    first, second = browser.post(NEW, data=visit), browser.post(NEW, data=visit)
    page = after(browser, first)
    assert first.headers["location"] == second.headers["location"]
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript:' not in page
    assert "18. februar 2025" in page


def test_what_a_new_session_lacks_is_said_at_its_fields(browser: httpx.Client) -> None:
    without_date = browser.post(NEW, data=new(when__precision=""))
    assert without_date.status_code == 422
    assert "planlegg-when.precision-feil" in without_date.text
    without_kind = browser.post(NEW, data=new(kind="", number="78"))
    assert without_kind.status_code == 422
    assert 'id="planlegg-kind-feil"' in without_kind.text
    assert 'value="Koordinatorsamling på prøve"' in without_kind.text


def test_a_meeting_is_completed_without_billing_being_asked(browser: httpx.Client, api: httpx.Client) -> None:
    page = after(browser, browser.post(NEW, data=new(number="79")))
    assert "over, og ikke registrert som gjennomført" in page
    assert "<button>Registrer som gjennomført</button>" in page
    it = session(api, "coordinator_meeting", 79)
    assert "<dd>gjennomført</dd>" in after(browser, send(browser, it, "gjennomfort"))
    assert "<dd>planlagt</dd>" in after(browser, send(browser, it, "gjennomfort-angre"))


def test_what_is_not_there_is_a_page_that_says_so(browser: httpx.Client) -> None:
    for path in ("/samling/00000000-0000-7000-8000-000000000000", "/samling/1", "/samling/operations"):
        assert browser.get(path).status_code == 404
    assert browser.post("/samling/00000000-0000-7000-8000-000000000000/noe").status_code == 404
