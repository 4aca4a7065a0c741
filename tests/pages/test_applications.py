"""The applications of a programme, and one of them: received, assessed, changed, withdrawn."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown

ALL = f"/program/{NEXT_PROGRAMME}/soknader"
EVIL = "<script>alert(1)</script> שלום " + "Æ" * 150
VERDICTS = {
    f"{question}.{part}": given
    for question in ("development_as_whole", "development_area", "dialogue_with_branch")
    for part, given in (("met", "ja"), ("reason", "Godt begrunnet."))
}


def ids(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/soknad/([^"]+)"', page)))


def tag(page: str) -> str:
    """Of what the forms of a page were shown with."""
    found = re.search(r'name="if_match" value="([^"]+)"', page)
    assert found
    return found[1].replace("&#34;", '"')


@pytest.fixture(scope="module")
def waiting(here: Shown) -> list[str]:
    """The ids of the two applications that nobody has assessed yet."""
    with here.browser() as browser:
        found = ids(browser.get(ALL).text)
    assert len(found) == 2
    return found


def test_what_is_to_be_assessed_stands_first_and_who_waits_after_it(browser: httpx.Client) -> None:
    queue = browser.get(ALL).text
    assert "2 søknader venter på vurdering" in queue
    decided = browser.get(f"/program/{PROGRAMME}/soknader").text
    headings = re.findall(r"<h2>(.+?)</h2>", decided)
    assert headings == ["Til vurdering", "Plasser og venteliste", "Tatt opp", "Avslått", "Trukket", "Registrer"]
    assert "13 plasser: 12 tatt opp, 0 tilbudt, 1 ledig." in decided
    assert re.search(r"<td>utenfor</td>\s*<th scope=\"row\"><a [^>]*><bdi>Hitra</bdi>", decided)
    assert "svarte ikke på et tilbud, og står utenfor køen" in decided
    assert "3. juni 2024: falt bort uten svar" in decided
    assert "Dialog med fylkesavdelingen om deling: ikke oppfylt" in decided


def test_an_assessment_that_is_not_whole_keeps_what_was_typed_and_says_where(
    browser: httpx.Client, waiting: list[str]
) -> None:
    path = f"/soknad/{waiting[0]}"
    typed = VERDICTS | {"development_area.met": "", "if_match": tag(browser.get(path).text), "outcome": "accepted"}
    answer = browser.post(f"{path}/vurdering", data=typed)
    assert answer.status_code == 422
    assert re.search(r'id="vurdering-development_area\.met"[^>]*aria-invalid="true"', answer.text)
    assert answer.text.count("Godt begrunnet.</textarea>") == 3
    assert "Venter på vurdering" in browser.get(path).text


def test_an_application_is_assessed_once_and_then_anew(browser: httpx.Client, waiting: list[str]) -> None:
    path = f"/soknad/{waiting[0]}"
    seen = tag(browser.get(path).text)
    declined = VERDICTS | {"development_area.met": "nei", "outcome": "declined", "if_match": seen}
    done = browser.post(f"{path}/vurdering", data=declined)
    assert done.headers["location"] == f"{path}?gjort=soknad-vurdert"
    assert "Søknaden er avslått" in browser.get(path).text
    again = VERDICTS | {"outcome": "accepted", "if_match": seen}
    stale = browser.post(f"{path}/vurdering", data=again)  # as if somebody had gone back to the page of before
    assert stale.status_code == 412
    assert "Søknaden er avslått" in stale.text
    assert browser.post(f"{path}/vurdering", data=again | {"if_match": tag(stale.text)}).status_code == 303
    assert "Søknaden er tatt opp" in browser.get(path).text


def test_who_is_accepted_in_spite_of_a_criterion_is_so_with_a_reason(browser: httpx.Client, waiting: list[str]) -> None:
    path = f"/soknad/{waiting[1]}"
    page = browser.get(path).text
    assert '<input type="hidden" name="in_spite_of_criteria" value="">' in page  # sent where the box is not ticked
    typed = VERDICTS | {"development_area.met": "nei", "outcome": "accepted", "in_spite_of_criteria": ""}
    refused = browser.post(f"{path}/vurdering", data=typed | {"if_match": tag(page)})
    assert refused.status_code == 422
    assert 'id="vurdering-in_spite_of_criteria-feil"' in refused.text
    typed |= {"in_spite_of_criteria": "ja", "reason": "Kommunen er ny i ordningen.", "if_match": tag(refused.text)}
    assert browser.post(f"{path}/vurdering", data=typed).status_code == 303
    assert "ikke oppfylt, tatt opp likevel" in browser.get(ALL).text


def test_an_application_is_corrected_and_withdrawn(browser: httpx.Client, waiting: list[str]) -> None:
    path = f"/soknad/{waiting[1]}"
    contact = {"contact_person.name": "Nils Berg", "contact_person.email": "nils@berg.example"}
    typed = contact | {"payer_reference": "NY-1", "if_match": tag(browser.get(path).text)}
    emptied = browser.post(f"{path}/endring", data={it: typed[it] if it == "if_match" else "" for it in typed})
    for field in (*contact, "payer_reference"):
        assert f'id="endring-{field}-feil">Feltet må fylles ut.' in emptied.text
    assert browser.post(f"{path}/endring", data=typed).status_code == 303
    page = browser.get(path).text
    assert "Nils Berg" in page
    assert "NY-1" in page
    assert browser.post(f"{path}/trekk", data={"reason": EVIL, "if_match": tag(page)}).status_code == 303
    gone = browser.get(path).text
    assert "Søknaden er trukket" in gone
    assert "<script>" not in gone
    assert "Vurder" not in gone


def test_a_party_is_registered_and_applies(browser: httpx.Client) -> None:
    party = {
        "kind": "municipality",
        "organisation_number": "123",
        "name": EVIL,
        "municipality_number": "4601",
        "language_form": "nynorsk",
        "address.street": "Torget 1",
        "address.postal_code": "5003",
        "address.city": "Bergen",
        "takes_invoices_by": "ehf",
    }
    refused = browser.post(f"{ALL}/part", data=party)
    assert refused.status_code == 422
    assert 'value="123" aria-describedby="part-organisation_number-hint part-organisation_number-feil"' in refused.text
    party["organisation_number"] = "964338531"
    assert browser.post(f"{ALL}/part", data=party).status_code == 303
    page = browser.get(ALL).text
    assert '<option value="964338531">&lt;script&gt;' in page
    application = {
        "party": "964338531",
        "answers.development_as_whole": "Alt.",
        "answers.development_area": "Området.",
        "answers.dialogue_with_branch": "",
        "contact_person.name": "Kari",
        "contact_person.email": "kari@bergen.example",
        "payer_reference": "B-1",
    }
    refused = browser.post(ALL, data=application)
    assert refused.status_code == 422
    assert 'id="soknad-answers.dialogue_with_branch-feil"' in refused.text
    received = browser.post(ALL, data=application | {"answers.dialogue_with_branch": "Ja."})
    assert received.status_code == 303
    one = browser.get(received.headers["location"]).text
    assert "Søknaden er registrert." in one
    assert "<script>" not in one


def test_readers_see_no_applications(here: Shown) -> None:
    with here.browser("reader") as reader:
        assert reader.get(ALL).status_code == 403


def test_what_is_not_there_is_said(browser: httpx.Client) -> None:
    assert browser.get("/soknad/nothing").status_code == 404
    assert browser.get("/program/nothing/soknader").status_code == 404
