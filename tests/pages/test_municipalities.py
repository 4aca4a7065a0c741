"""Everything about one municipality: each part of its page, and each of its forms."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pages.looking import looking_at
from tests.support.demonstration import NEXT_PROGRAMME, PROGRAMME, Shown
from tests.support.waiting import eventually

TRONDHEIM, STJORDAL, HITRA, MOLDE = "942110464", "939958851", "938772924", "921221967"
MAYBE_UNHEARD = "Faktureringen har kanskje ikke hørt om endringen ennå."
EVIL = "<script>alert(1)</script> שלום " + "Æ" * 150
HERE = f"/program/{PROGRAMME}/kommune/{TRONDHEIM}"


class Page:
    """A party's page, and its forms as a browser sends them."""

    def __init__(self, browser: httpx.Client, path: str) -> None:
        self.browser = browser
        self.path = path

    @property
    def text(self) -> str:
        answer = self.browser.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def form(self, name: str, it: str = "") -> dict[str, str]:
        """The hidden fields of a form."""
        action = re.escape("/".join([self.path, name, *([it] if it else [])]))
        found = re.search(rf'<form[^>]* action="{action}".*?</form>', self.text, re.DOTALL)
        assert found, f"there is no form {name}"
        return {
            key: unescape(value) for key, value in re.findall(r'type="hidden" name="(.+?)" value="(.*?)"', found[0])
        }

    def send(self, name: str, it: str = "", /, **typed: str) -> httpx.Response:
        hidden = self.form(name, it)
        dotted = {key.replace("__", "."): value for key, value in typed.items()}
        return self.browser.post("/".join([self.path, name, *([it] if it else [])]), data=hidden | dotted)

    def change(self, name: str, it: str = "", /, **typed: str) -> None:
        answer = self.send(name, it, **typed)
        assert answer.status_code == 303, re.findall(
            r'class="(?:refused|fault)".*?</(?:div|p)>', answer.text, re.DOTALL
        )


@pytest.fixture
def page(browser: httpx.Client) -> Page:
    return Page(browser, HERE)


def group(here: Shown, party: str = TRONDHEIM, programme: str = PROGRAMME) -> dict[str, Any]:
    with here.api() as api:
        found: dict[str, Any] = api.get(f"/registration/programmes/{programme}/groups/{party}").json()
        return found


def agreement(here: Shown, party: str = TRONDHEIM, programme: str = PROGRAMME) -> dict[str, Any]:
    with here.api() as api:
        found = api.get(f"/registration/programmes/{programme}/agreements", params={"party": party}).json()["items"]
        return dict(found[-1])


def test_every_part_is_there_with_a_link_to_it(page: Page) -> None:
    text = page.text
    links = re.search(r'<nav aria-label="På denne siden">.*?</nav>', text, re.DOTALL)
    assert links
    parts = re.findall(r'href="#(.+?)"', links[0])
    assert parts == [
        "fakta",
        "gruppa",
        "kontaktlisten",
        "avtalen",
        "besok",
        "oppfolging",
        "frammote",
        "fakturaer",
        "bekymringer",
        "e-post",
        "historien",
    ]
    assert re.findall(r'<h2 id="(.+?)"', text) == parts
    assert "Veiledningsbesøk 1" in text
    assert "Ikke gjennomført: Fellessamling 3" in text
    assert re.search(rf'href="/program/{PROGRAMME}/faktura/\d+">Faktura', text)


def test_its_story_says_what_happened_when_the_newest_first(page: Page) -> None:
    story = page.text.split('id="historien"')[1]
    told = [
        "Faktura",
        "Veiledningsbesøk 1 ble gjennomført",
        "Avtalen ble signert av alle",
        "Avtalen ble sendt til signering",
        "Tatt opp i programmet",
        "Søknaden ble mottatt",
    ]
    places = [story.rindex(it) for it in told if it != "Veiledningsbesøk 1 ble gjennomført"]
    assert places == sorted(places)
    assert told[1] in story


def test_facts_are_changed_and_what_is_wrong_is_said_at_its_field(page: Page) -> None:
    given = {
        "name": EVIL,
        "municipality_number": "5001",
        "language_form": "bokmål",
        "takes_invoices_by": "ehf",
        "address__street": "Munkegata 1",
        "address__city": "Trondheim",
    }
    refused = page.send("fakta", address__postal_code="70", **given)
    assert refused.status_code == 422
    assert 'id="fakta-address.postal_code-feil"' in refused.text
    page.change("fakta", address__postal_code="7011", **given)
    text = page.text
    assert "<script>alert" not in text
    assert "Munkegata 1</bdi>, 7011" in text
    page.change("fakta", address__postal_code="7011", **given | {"name": "Trondheim"})


def test_how_a_party_takes_invoices_is_said_and_unsaid(page: Page, here: Shown) -> None:
    page.change(
        "fakta",
        takes_invoices_by="ehf",
        by_mail_if_refused="",
        invoice_endpoint="0192:974652277",
        invoice_email="faktura@trondheim.example",
    )
    text = page.text
    assert "EHF til 0192:974652277, og ikke som e-post</dd>" in text
    assert "<bdi>faktura@trondheim.example</bdi>" in text
    with here.browser("reader") as reader:
        assert "faktura@trondheim.example" not in reader.get(HERE).text
    refused = page.send("fakta", invoice_endpoint="0192:974652278")
    assert 'id="fakta-invoice_endpoint-feil">Skriv 0192: og et organisasjonsnummer' in refused.text
    page.change("fakta", by_mail_if_refused="ja", invoice_endpoint="", invoice_email="")
    text = page.text
    assert "EHF, eller som e-post hvis EHF blir avvist</dd>" in text
    assert "E-post om fakturaer" not in text


def test_a_field_that_was_emptied_is_to_be_filled_in_and_nothing_changes(page: Page, here: Shown) -> None:
    member = group(here)["participants"][0]["id"]
    address = {f"address.{it}": "" for it in ("street", "postal_code", "city")}
    for name, it, emptied in (
        ("fakta", "", {"name": "", "municipality_number": "", **address}),
        ("endre-avtale", "", {"payer_reference": ""}),
        ("rett-deltaker", member, {"joined_on": ""}),
    ):
        refused = page.send(name, it, **emptied)
        assert refused.status_code == 422
        form = f"{name}-{it}" if it else name
        for field in emptied:
            assert f'id="{form}-{field}-feil">Feltet må fylles ut.' in refused.text, field


def test_the_back_button_changes_nothing_of_what_was_changed_since(page: Page, here: Shown) -> None:
    seen = page.form("deltaker")
    page.change("deltaker", name="Ola Vik", role="Elev")
    again = page.browser.post(f"{HERE}/deltaker", data=seen | {"name": "Per Vik"})
    assert again.status_code == 412
    assert 'value="Per Vik"' in again.text
    assert "Per Vik" not in [it["name"] for it in group(here)["participants"]]


def test_the_group_is_corrected_member_by_member(page: Page, here: Shown) -> None:
    page.change("deltaker", name="Siri Aas", email="siri@trondheim.example", represents_school_owner="ja")
    siri = next(it["id"] for it in group(here)["participants"] if it["name"] == "Siri Aas")
    page.change("rett-deltaker", siri, role="Rektor", joined_on="2025-01-10")
    corrected = next(it for it in group(here)["participants"] if it["id"] == siri)
    assert corrected["role"] == "Rektor"
    assert not corrected["represents_school_owner"]
    page.change("koordinator", participant=siri)
    assert group(here)["coordinator"] == siri
    refused = page.send("bytt-deltaker", siri, name="Marius Holt")  # who coordinates needs an address
    assert refused.status_code == 422
    assert 'value="Marius Holt"' in refused.text
    page.change("bytt-deltaker", siri, name="Marius Holt", email="marius@trondheim.example")
    assert group(here)["coordinator_name"] == "Marius Holt"
    marius = group(here)["coordinator"]
    page.change("fjern-deltaker", marius)
    text = page.text
    assert "Gruppa har ikke valgt koordinator" in text
    assert "De som var med før" in text


def test_the_advisor_is_attached_and_taken_away(page: Page, here: Shown) -> None:
    with here.api() as api:
        advisors = api.get("/registration/advisors").json()["items"]
    page.change("uten-veileder")
    assert "Ingen veileder er knyttet til" in page.text
    page.change("veileder", advisor=advisors[1]["id"])
    found = group(here)["advisor"]
    assert found
    assert found["name"] == advisors[1]["name"]


async def test_the_contact_list_is_sent_and_what_it_lacks_is_said(browser: httpx.Client, here: Shown) -> None:
    page = Page(browser, f"/program/{PROGRAMME}/kommune/{MOLDE}")
    part = page.text.split('id="kontaktlisten"')[1].split("<h2")[0]
    assert "18. juli 2024" in part.replace("\N{NO-BREAK SPACE}", " ")
    assert "Mangler nå" not in part
    found = group(here, MOLDE)
    member = next(
        it for it in found["participants"] if it["id"] != found["coordinator"] and not it["represents_school_owner"]
    )
    page.change("fjern-deltaker", member["id"])
    page.change("kontaktliste")
    page.change("kontaktliste")
    part = page.text.split('id="kontaktlisten"')[1].split("<h2")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "21. februar 2025, ikke komplett" in part
    assert "minst fire deltakere" in part
    await eventually(lambda: len(lists(here)), equals=4)  # twice to two people
    page.change("deltaker", name="Eli Vik", email="eli.vik@molde.example")


def lists(here: Shown) -> list[dict[str, Any]]:
    with here.api() as api:
        mails = api.get("/notifications/mails", params={"party": MOLDE, "kind": "contact_list"})
    return list(mails.json()["items"])


def test_an_instalment_is_waived_and_the_waiver_taken_back(page: Page, here: Shown) -> None:
    refused = page.send("ettergi", instalment="3", reason="")
    assert refused.status_code == 422
    assert 'id="ettergi-reason-feil"' in refused.text
    page.change("ettergi", instalment="3", reason="joined_late")
    text = page.text
    assert "Angre at rate 3 er ettergitt" in text
    with here.api() as api:
        waivers = api.get(f"/billing/programmes/{PROGRAMME}/waivers").json()["items"]
    page.change("angre-ettergivelse", waivers[-1]["id"])
    assert "Angre at rate 3" not in page.text


def test_an_end_that_has_something_credited_shows_it_first(page: Page, here: Shown) -> None:
    shown = page.send("avslutt", ends_on="2024-09-20", reason="Kommunen trakk seg.")
    assert (shown.status_code, "Ingenting er gjort ennå" in shown.text) == (200, True)
    assert re.search(r"Faktura FK1-\d+ til <bdi>Trondheim kommune</bdi>, rate 1, krediteres", shown.text)
    assert 'value="2024-09-20"' in shown.text
    assert agreement(here)["ends_on"] is None


async def test_without_billing_an_end_says_that_it_cannot_show_what_is_sent(here: Shown, tmp_path: Path) -> None:
    typed = {"agreement": agreement(here)["id"], "ends_on": "2025-12-01", "reason": "Stillingen er nedlagt."}
    async with looking_at(here, tmp_path) as looking:
        looking.asked.away = {"billing"}
        shown = await looking.browser.post(f"{HERE}/avslutt", data=typed)
        waived = await looking.browser.post(f"{HERE}/ettergi", data=typed | {"instalment": "1"})
    assert shown.status_code == 200
    assert 'id="bekreft"' in shown.text
    assert "Faktureringen svarer ikke, så det kan ikke vises om noe faktureres eller krediteres." in shown.text
    assert "Stillingen er nedlagt." in shown.text
    assert waived.status_code == 503
    assert agreement(here)["ends_on"] is None


async def test_documents_are_called_by_the_numbers_that_stand_on_them(page: Page) -> None:
    shown = page.send("ettergi", instalment="1", reason="other")
    assert (shown.status_code, "Ingenting er gjort ennå" in shown.text) == (200, True)
    assert re.search(r"Faktura FK1-\d+ til <bdi>Trondheim kommune</bdi>, rate 1, krediteres: 6.666,67.kr", shown.text)
    assert "Ettergi raten og send 1 kreditnota" in shown.text
    assert "er ettergitt" not in page.text
    other = page.send("ettergi", instalment="1", reason="other", sett="other figures")
    assert "Ingenting er gjort ennå" in other.text
    (seen,) = re.findall(r'name="sett" value="([^"]+)"', shown.text)
    done = page.send("ettergi", instalment="1", reason="other", sett=seen)
    assert MAYBE_UNHEARD in page.browser.get(done.headers["location"]).text
    assert MAYBE_UNHEARD not in page.text
    await eventually(lambda: re.search(r">kreditnota FK2-\d+</a>", page.text))
    assert re.search(r"Kreditnota FK2-\d+ for faktura FK1-\d+<", page.text)


def test_a_concern_is_raised_resolved_and_one_ends_the_agreement(page: Page, here: Shown) -> None:
    page.change("meld-bekymring", raised_by="council", description=EVIL)
    text = page.text
    assert "En bekymring er åpen" in text
    assert "<script>alert" not in text
    with here.api() as api:
        concerns = api.get(f"/registration/programmes/{PROGRAMME}/concerns", params={"party": TRONDHEIM}).json()[
            "items"
        ]
    page.change("avklar-bekymring", concerns[-1]["id"], note="Ny møteplan.")
    assert "Ny møteplan." in page.text
    page.change("meld-bekymring", raised_by="municipality", description="Tiden strekker ikke til.")
    with here.api() as api:
        concerns = api.get(f"/registration/programmes/{PROGRAMME}/concerns", params={"party": TRONDHEIM}).json()[
            "items"
        ]
    page.change("si-opp", concern=concerns[-1]["id"], ends_on="2025-02-21", note="Enige om å slutte.")
    assert "Den gjelder ikke lenger fra 21. februar 2025 (sagt opp)" in page.text
    page.change("gjelder-likevel", reason="Kommunen ble likevel med.")
    assert "Avtalen er signert" in page.text
    refused = page.send("avslutt", ends_on="")
    assert refused.status_code == 422
    assert 'id="avslutt-ends_on-feil"' in refused.text
    page.change("avslutt", ends_on="2025-12-01", reason="Stillingen er nedlagt.")
    assert agreement(here)["kind_of_end"] == "agreed"
    text = page.text
    assert "Avtalen er signert.\nDen avsluttes 1. desember 2025, som er første dag uten avtale." in text
    assert "Grunn: <bdi>Stillingen er nedlagt.</bdi>" in text
    assert "Avtalen gjelder ikke lenger" not in text.split('id="historien"')[1]
    page.change("gjelder-likevel", reason="Feil.")
    assert "Hvorfor avslutningen ble angret: <bdi>Feil.</bdi>" in page.text


def test_a_signature_is_corrected_and_the_reference_changed(page: Page, here: Shown) -> None:
    page.change("rett-signatur", "municipal_director", place="Oslo", signed_on="2024-08-14")
    assert "14. august 2024, <bdi>Oslo</bdi>" in page.text
    page.change("endre-avtale", payer_reference="KS-NY 2", order_reference="4500012345", accounting_cost="2130/383")
    asked = ("payer_reference", "order_reference", "accounting_cost")
    assert [agreement(here)[it] for it in asked] == ["KS-NY 2", "4500012345", "2130/383"]
    assert "<dt>Bestillingsnummer</dt><dd><bdi>4500012345</bdi></dd>" in page.text
    refused = page.send("endre-avtale", order_reference="Kari Vik")
    assert 'id="endre-avtale-order_reference-feil">Referansen må inneholde minst ett siffer.' in refused.text
    page.change("endre-avtale", order_reference="", accounting_cost="")
    assert [agreement(here)[it] for it in asked] == ["KS-NY 2", None, None]
    assert "Bestillingsnummer</dt>" not in page.text


def test_an_agreement_is_sent_signed_called_back_and_carried_over(browser: httpx.Client, here: Shown) -> None:
    with here.api() as api:
        applications = api.get(f"/registration/programmes/{NEXT_PROGRAMME}/applications").json()["items"]
        given = {"met": True, "reason": "Ja."}
        questions = ("development_as_whole", "development_area", "dialogue_with_branch")
        assessment = dict.fromkeys(questions, given) | {"outcome": "accepted"}
        applicant = applications[0]
        api.post(f"/registration/applications/{applicant['id']}/assessment", json=assessment).raise_for_status()
    party = applicant["party"]
    page = Page(browser, f"/program/{NEXT_PROGRAMME}/kommune/{party}")
    assert "Gruppa har ingen deltakere, og skal ha minst fire." in page.text
    who = {
        f"signatories__{role}__{field}": f"{role[:4]}{'@x.example' if field == 'email' else ''}"
        for role in ("council_director", "municipal_director", "head_of_culture_school")
        for field in ("name", "email")
    }
    period = {"period_start": "2026-08-01", "period_end": "2027-12-31"}
    refused = page.send("send-avtale", **period, **dict.fromkeys(who, ""))
    assert refused.text.count("Feltet må fylles ut.") == len(who)
    refused = page.send("send-avtale", **period, **who)
    assert refused.status_code in (409, 422)
    assert "Det ble ikke lagret" in refused.text
    assert 'value="muni@x.example"' in refused.text
    for number in range(4):
        page.change("deltaker", name=f"Person {number}", email=f"{number}@x.example", represents_school_owner="ja")
    page.change("koordinator", participant=group(here, party, NEXT_PROGRAMME)["participants"][0]["id"])
    unsaid = page.send("send-avtale", **period, **who)
    assert unsaid.status_code == 422
    assert 'id="send-avtale-without_advisor-feil"' in unsaid.text
    page.change("send-avtale", **period, **who, without_advisor="ja")
    page.change(
        "bytt-signatar",
        "municipal_director",
        signatories__municipal_director__name="Solveig Berg",
        signatories__municipal_director__email="solveig@x.example",
    )
    page.change("kall-tilbake")
    assert "En avtale ble trukket tilbake" in page.text
    page.change("send-avtale", **period, **who, without_advisor="ja")
    page.change("signer", signatory="council_director", place="Trondheim", signed_on="2025-02-20")
    again = page.send("signer", signatory="council_director", place="Oslo", signed_on="2025-02-20")
    chosen = re.search(r'<select id="signer-signatory".*?</select>', again.text, re.DOTALL)
    assert chosen
    assert '<option value="">Velg …</option>' in chosen[0]
    assert "selected" not in chosen[0]
    page.change("fjern-signatur", "council_director")
    for role in ("council_director", "municipal_director", "head_of_culture_school"):
        signed = page.send("signer", signatory=role, place="Trondheim", signed_on="2025-02-20")
        after = browser.get(signed.headers["location"]).text
        assert (MAYBE_UNHEARD in after) is (role == "head_of_culture_school")  # the last of all
    assert "Avtalen er signert" in page.text
    done = page.send("viderefor", party=HITRA)
    assert done.headers["location"] == f"/program/{NEXT_PROGRAMME}/kommune/{HITRA}?gjort=avtale-viderefort"
    assert "Overført fra" in browser.get(done.headers["location"]).text


def test_readers_see_what_is_public_and_no_forms(here: Shown) -> None:
    with here.browser("reader") as reader:
        text = reader.get(HERE).text
        assert re.findall(r'<h2 id="(.+?)"', text) == ["fakta", "besok", "frammote", "fakturaer", "historien"]
        assert "@" not in text
        assert re.findall(r'<form[^>]* action="(.+?)"', text) == ["/logg-ut"]


async def test_a_service_that_is_away_leaves_its_part_out_and_says_so(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        for service, part in (
            ("billing", "Fakturaene"),
            ("scheduling", "Kontraktsmøtet"),
            ("notifications", "E-posten"),
        ):
            looking.asked.away = {service}
            answer = await looking.browser.get(HERE)
            assert answer.status_code == 200
            assert f"{part} kan ikke vises nå" in answer.text.replace(" og besøkene", "")
            assert "mangler her akkurat nå" in answer.text
        looking.asked.away = {"registration"}
        assert (await looking.browser.get(HERE)).status_code == 503


async def test_the_number_of_questions_does_not_depend_on_how_many_take_part(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as looking:
        of_many = await looking.questions(HERE)
        of_few = await looking.questions(f"/program/{NEXT_PROGRAMME}/kommune/{STJORDAL}")
    assert len(of_many) == 19
    assert len(of_few) == 18  # without an agreement to look at


def test_what_is_not_there_is_said(browser: httpx.Client) -> None:
    assert browser.get(f"/program/{PROGRAMME}/kommune/999999999").status_code == 404
    assert browser.get(f"/program/nothing/kommune/{TRONDHEIM}").status_code == 404
    assert browser.post(f"{HERE}/nothing").status_code == 404
