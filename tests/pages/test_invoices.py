"""Fakturaer: a programme's documents, why each was issued, what is not invoiced, and what is done by hand."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from tests.pages.looking import looking_at
from tests.support.demonstration import PROGRAMME, Shown
from tests.support.waiting import eventually

HERE = f"/program/{PROGRAMME}/fakturaer"
INVOICE = f"/program/{PROGRAMME}/faktura"


def invoices(here: Shown) -> list[dict[str, Any]]:
    with here.api() as api:
        found: list[dict[str, Any]] = api.get(f"/billing/programmes/{PROGRAMME}/invoices").json()["items"]
        return found


def becomes_so(condition: Callable[[], Any]) -> None:
    asyncio.run(eventually(condition))


def tampered(here: Shown, service: str, statement: str) -> None:
    """Change what no service may change, as the owner of a database can."""
    with sqlite3.connect(here.folder / f"{service}.db") as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'kept_file'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount >= 1
        for _, made_by in triggers:
            connection.execute(made_by)
    connection.close()


def texts(page: str) -> str:
    """What is read on a page, with one space between."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).replace(" .", ".").replace(" ,", ",")


def test_what_is_invoiced_and_what_is_not_is_shown_with_why_and_by_when(browser: httpx.Client) -> None:
    page = browser.get(HERE)
    assert page.status_code == 200
    read = texts(page.text)
    assert "12 fakturaer på 80 000,04 kr" in read.replace("\N{NO-BREAK SPACE}", " ")
    assert "Ikke gjennomført: Fellessamling 3 (19.–20. februar 2025)." in read
    assert "20. mars 2025" in read
    assert page.text.count(f'href="{INVOICE}/') == 12


def test_invoices_are_filtered(here: Shown, browser: httpx.Client) -> None:
    first = invoices(here)[0]
    found = browser.get(HERE, params={"party": first["party"], "rate": "1", "state": "standing"}).text
    assert found.count(f'href="{INVOICE}/') == 1
    assert f'<option value="{first["party"]}" selected>' in found
    assert "Ingen fakturaer passer" in browser.get(HERE, params={"rate": "3"}).text


def test_an_invoice_is_shown_as_its_payer_sees_it_and_explained(here: Shown, browser: httpx.Client) -> None:
    first = invoices(here)[0]
    page = browser.get(f"{INVOICE}/1")
    assert page.status_code == 200
    read = texts(page.text)
    assert first["kid"] in read
    assert "Selgeren er ikke registrert i Merverdiavgiftsregisteret." in read
    assert "24.–25. september 2024, var registrert som gjennomført, og utløste rate 1." in read
    assert "Samlingen ble registrert som gjennomført av" in read
    assert first["agreement"] not in page.text
    assert first["link"] in page.text
    for number in (0, 999):
        assert browser.get(f"{INVOICE}/{number}").status_code == 404
        assert browser.get(f"/program/{PROGRAMME}/kreditnota/{number}").status_code == 404


def test_a_document_is_had_as_the_files_that_were_made_of_it(here: Shown, browser: httpx.Client) -> None:
    page = browser.get(f"{INVOICE}/1").text
    for form, media_type, begins in (("pdf", "application/pdf", b"%PDF"), ("xml", "application/xml", b"<?xml")):
        assert f'href="{INVOICE}/1.{form}"' in page
        file = browser.get(f"{INVOICE}/1.{form}")
        assert file.headers["content-type"] == media_type
        assert file.headers["content-disposition"] == f'attachment; filename="FK1-1.{form}"'
        assert file.content.startswith(begins)
        with here.api() as api:
            assert file.content == api.get(f"/billing/programmes/{PROGRAMME}/invoices/1.{form}").content
    for nothing in (f"{INVOICE}/999.pdf", f"{INVOICE}/1.txt", f"/program/{PROGRAMME}/kreditnota/999.xml"):
        assert browser.get(nothing).status_code == 404


def test_a_file_that_cannot_be_given_says_why(here: Shown, browser: httpx.Client) -> None:
    """And not that there is no such page. So it is with agreements, which registration keeps."""
    page = browser.get(f"{INVOICE}/3").text
    assert " download" not in page  # with which a browser shows nothing of a refusal
    tampered(here, "billing", "UPDATE kept_file SET content = x'00' WHERE name LIKE '%/FK1-3.pdf'")
    tampered(here, "billing", "DELETE FROM kept_file WHERE name LIKE '%/FK1-3.xml'")
    refused = {
        f"{INVOICE}/3.pdf": "Filen er ikke lenger slik den ble laget.",
        f"{INVOICE}/3.xml": "Filen",
    }
    with here.api() as api:
        agreement = next(
            it["id"]
            for it in api.get(f"/registration/programmes/{PROGRAMME}/agreements", params={"limit": 500}).json()["items"]
        )
    assert browser.get(f"/avtale/{agreement}.pdf").status_code == 200
    tampered(here, "registration", "UPDATE kept_file SET content = x'00'")
    refused[f"/avtale/{agreement}.pdf"] = "Filen er ikke lenger slik den ble laget."
    for path, why in refused.items():
        answer = browser.get(path)
        assert answer.status_code == 409, path
        assert "Dette kan ikke vises" in answer.text
        assert why in texts(answer.text)


def test_the_payers_language_form_is_the_invoices(here: Shown, browser: httpx.Client) -> None:
    with here.api() as api:
        numbers = [
            number
            for number in range(1, 13)
            if "avgift" in (it := api.get(f"/billing/programmes/{PROGRAMME}/invoices/{number}").json())["delivered"]
            and it["delivered"].startswith("Deltakaravgift")
        ]
    page = browser.get(f"{INVOICE}/{numbers[0]}").text
    assert 'lang="nn"' in page
    assert "Betalast innan" in page


def test_crediting_shows_first_what_follows_and_then_it_does(here: Shown, browser: httpx.Client) -> None:
    page = browser.get(f"{INVOICE}/2").text
    assert "Krediter og send 1 kreditnota og 1 ny faktura" in page
    assert "får en faktura for rate 1" in texts(page)
    lacking = browser.post(f"{INVOICE}/2/krediter", data={"reason": ""})
    assert lacking.status_code == 422
    assert 'aria-invalid="true"' in lacking.text

    for _ in range(2):  # a double click
        answer = browser.post(f"{INVOICE}/2/krediter", data={"reason": "wrong_reference"})
        assert answer.status_code == 303
    with here.api() as api:
        notes = api.get(f"/billing/programmes/{PROGRAMME}/credit-notes").json()["items"]
    assert [it["invoice"] for it in notes] == [2]
    becomes_so(lambda: [it for it in invoices(here) if it["attempt"] == 2])
    (anew,) = [it for it in invoices(here) if it["attempt"] == 2]
    assert "fordi fakturaen hadde feil referanse" in texts(browser.get(f"{INVOICE}/2").text)
    note = texts(browser.get(f"/program/{PROGRAMME}/kreditnota/{notes[0]['number']}").text)
    assert "Den er kreditert for hånd, av Kari administrator." in note
    assert f"Raten er fakturert på nytt med faktura {anew['document_number']}." in note

    other = browser.post(f"{INVOICE}/2/krediter", data={"reason": "mistake"})
    assert other.status_code == 409
    assert "Det ble ikke lagret" in other.text


def test_what_is_not_sent_is_not_promised_and_what_may_come_twice_is_said(here: Shown, browser: httpx.Client) -> None:
    stands = "UPDATE delivery SET {}, try_at = '2030-01-01 12:00:00.000000' WHERE kind = 'invoice' AND number = 4"
    tampered(here, "billing", stands.format("state = 'held', channel = NULL, why = NULL"))
    page = texts(browser.get(f"{INVOICE}/4").text)
    assert "Venter til 1. januar 2030 kl. 13.00 før den går ut." in page
    assert "Krediter og send 1 ny faktura" in page
    assert "venter" in texts(browser.get(HERE).text)

    tampered(here, "billing", stands.format("state = 'submitted', channel = 'ehf', tries = 1"))
    assert "kan betaleren få det to ganger" in texts(browser.get(f"{INVOICE}/4").text)


def test_an_instalment_is_released_after_what_follows_was_shown_and_the_release_withdrawn(
    here: Shown, browser: httpx.Client
) -> None:
    path = f"{HERE}/frigi"
    asked = {
        "instalment": "2",
        "effective_on": "2025-02-20",
        "venue": "<b>Rådhuset</b>",
        "city": "Molde",
        "reason": "other",
    }
    assert "Fyll ut alle feltene." in browser.get(path, params={"instalment": "2"}).text
    early = browser.get(path, params=asked | {"effective_on": "2030-01-01"})
    assert early.status_code == 422
    assert 'aria-invalid="true"' in early.text

    page = browser.get(path, params=asked)
    assert "Frigi raten og send 12 fakturaer" in page.text
    assert "<b>Rådhuset" not in page.text
    before = len(invoices(here))
    for _ in range(2):
        assert browser.post(path, data=asked).status_code == 303
    becomes_so(lambda: len(invoices(here)) == before + 12)

    shown = browser.get(HERE).text
    assert shown.count("Trekk frigivelsen tilbake") == 1
    assert "Trekk tilbake og send 12 kreditnotaer" in shown
    form = re.search(rf'action="({HERE}/frigivelse/[^"]+/trekk)".*?name="if_match" value="([^"]+)"', shown, re.DOTALL)
    assert form
    stale = browser.post(form[1], data={"if_match": '"7"'})
    assert stale.status_code == 412
    assert browser.post(form[1], data={"if_match": unescape(form[2])}).status_code == 303
    becomes_so(lambda: sum(it["credited_by"] is not None and it["instalment"] == 2 for it in invoices(here)) == 12)


def test_what_waits_for_an_approval_is_said_and_approved_once(here: Shown, browser: httpx.Client) -> None:
    first = invoices(here)[0]
    with sqlite3.connect(here.folder / "billing.db") as connection:
        connection.execute(
            "INSERT INTO approval (id, programme, cause, documents, found_at) VALUES ('a', ?, 'start', 1, ?)",
            (PROGRAMME, "2025-02-20 12:00:00.000000"),
        )
        connection.execute(
            "INSERT INTO held (agreement, instalment, approval, party, invoice, reason)"
            " VALUES ('of-before', 1, 'a', ?, 1, 'agreement_ended')",
            (first["party"],),
        )
    connection.close()
    page = browser.get(HERE).text
    assert "Godkjenn og send 1 dokument" in page
    assert "faktura FK1-1 krediteres, fordi avtalen ikke gjaldt lenger" in texts(page)
    for _ in range(2):  # a double click
        assert browser.post(f"{HERE}/godkjenn", data={"id": "a"}).status_code == 303
    assert "Godkjenn og send" not in browser.get(HERE).text


def test_a_reader_sees_it_all_and_changes_nothing(here: Shown) -> None:
    with here.browser("reader") as reader:
        for path in (HERE, f"{INVOICE}/1", f"{HERE}/frigi"):
            page = reader.get(path)
            assert page.status_code == 200, path
            assert page.text.count('method="post"') == 1, path  # logging out
        assert reader.post(f"{INVOICE}/1/krediter", data={"reason": "mistake"}).status_code == 403


async def test_the_questions_asked_are_as_many_as_the_parts_and_a_silent_service_leaves_its_part_out(
    here: Shown, tmp_path: Path
) -> None:
    async with looking_at(here, tmp_path) as it:
        assert len(await it.questions(HERE)) == 10
        assert len(await it.questions(f"{INVOICE}/1")) == 11
        it.asked.away = {"registration", "scheduling"}
        page = await it.browser.get(f"{INVOICE}/1")
        assert page.status_code == 200
        assert "Avtalen kan ikke vises nå" in page.text
        assert (await it.browser.get(HERE)).status_code == 200
        it.asked.away = {"billing"}
        assert (await it.browser.get(HERE)).status_code == 503
