from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.billing.app import create
from services.billing.settings import Settings
from shared.database import Database
from tests.integration.billing.world import AMOUNTS, take, the_books, work
from tests.support.api import Api, api_of, problem
from tests.support.databases import set_clock
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    completed,
    ended,
    organisation_number,
    party,
    programme,
    session,
    session_id,
    signed,
)
from tests.unit.billing.samples import SELLER

ONE, TWO = organisation_number(1), organisation_number(2)
RELEASE = {
    "instalment": 3,
    "effective_on": "2025-09-30",
    "venue": "Kimen",
    "city": "Stjørdal",
    "reason": "session_cancelled",
}
OF_PROGRAMME = f"/billing/programmes/{PROGRAMME}"


@pytest.fixture
async def database(database: Database) -> Database:
    """Two agreements, one session held, and one of the two ended before it; then another session planned."""
    await set_clock(database, datetime(2025, 10, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), party(2), signed(1), signed(2), completed(1), session("planned", 2))
    await work(database)
    await take(database, ended(2, ends_on=date(2024, 9, 1)))
    await work(database)
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def test_the_invoices_of_a_programme(api: Api) -> None:
    found = await api.get(f"{OF_PROGRAMME}/invoices")
    assert found["next"] is None
    first, second = found["items"]
    assert {name: first[name] for name in first if name not in ("kid", "issued_on", "due_on", "link")} == {
        "programme": PROGRAMME,
        "number": 1,
        "document_number": "FK1-1",
        "party": ONE,
        "party_name": "Kommune 1",
        "agreement": agreement_id(1),
        "instalment": 1,
        "attempt": 1,
        "session": session_id(1),
        "release": None,
        "delivered_from": "2024-09-24",
        "delivered_to": "2024-09-25",
        "amount_ore": AMOUNTS[1],
        "credited_by": None,
    }
    assert (second["party"], second["credited_by"]) == (TWO, 1)


async def test_each_document_has_its_link_to_be_compared_with_what_was_noted(api: Api) -> None:
    verified = (await api.get(f"{OF_PROGRAMME}/verification"))["series"]
    for of_kind, series in zip(("invoices", "credit-notes"), verified, strict=True):
        links = [it["link"] for it in (await api.get(f"{OF_PROGRAMME}/{of_kind}"))["items"]]
        assert links[-1] == series["link"]
        assert all(len(it) == 64 for it in links)


async def test_what_is_held_says_until_when(api: Api) -> None:
    for it in (await api.get(f"{OF_PROGRAMME}/deliveries"))["items"]:
        assert it["state"] == "held"
        waits = datetime.fromisoformat(it["held_until"]) - datetime.fromisoformat(it["try_at"])
        assert waits == timedelta(minutes=60)


async def test_invoices_come_in_pages(api: Api) -> None:
    page = await api.get(f"{OF_PROGRAMME}/invoices?limit=1")
    assert [it["number"] for it in page["items"]] == [1]
    rest = await api.get(f"{OF_PROGRAMME}/invoices?limit=1&after={page['next']}")
    assert ([it["number"] for it in rest["items"]], rest["next"]) == ([2], None)


async def test_an_invoice_and_a_credit_note_with_their_content_as_issued(api: Api) -> None:
    invoice = await api.get(f"{OF_PROGRAMME}/invoices/2")
    assert invoice["seller"] == vars(SELLER.party)
    assert invoice["delivered"] == "Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1"
    assert (invoice["account"], invoice["no_vat_because"]) == (SELLER.account, SELLER.no_vat_because)
    note = await api.get(f"{OF_PROGRAMME}/credit-notes/1")
    assert (note["kind"], note["credits_invoice"], note["buyer"]) == ("credit_note", 2, invoice["buyer"])


async def test_the_credit_notes_of_a_programme_name_what_made_the_invoice_wrong(api: Api) -> None:
    (note,) = (await api.get(f"{OF_PROGRAMME}/credit-notes"))["items"]
    assert (note["number"], note["invoice"], note["reason"]) == (1, 2, "agreement_ended")
    assert note["document_number"] == "FK2-1"
    assert len(note["because"]) == 36


async def test_what_is_unbilled_and_why(api: Api) -> None:
    items = (await api.get(f"/billing/unbilled?programme={PROGRAMME}"))["items"]
    assert [(it["party"], it["instalment"], it["why"]) for it in items] == [
        (ONE, 2, "session_not_completed"),
        (ONE, 3, "no_session"),
        (TWO, 1, "agreement_ended"),
        (TWO, 2, "agreement_ended"),
        (TWO, 3, "no_session"),
    ]
    assert items[0]["agreement"] == agreement_id(1)
    assert items[0]["explanation"] == "Ikke gjennomført: Fellessamling 3 (19.–20. februar 2025)."


async def test_what_is_unbilled_says_by_when_it_is_to_be_issued_and_what_is_late(api: Api, database: Database) -> None:
    """A month after delivery (§ 5-2-2): a session that nobody has completed is late too."""

    async def days() -> list[tuple[str, int, str | None, bool]]:
        items = (await api.get(f"/billing/unbilled?programme={PROGRAMME}"))["items"]
        return [(it["party"], it["instalment"], it["issue_by"], it["is_late"]) for it in items]

    nothing = [(ONE, 3, None, False), (TWO, 1, None, False), (TWO, 2, None, False), (TWO, 3, None, False)]
    assert await days() == [(ONE, 2, "2025-03-20", True), *nothing]
    await take(database, session("moved", 2, version=2, last_day=date(2025, 9, 20)))
    await set_clock(database, datetime(2025, 10, 20, 21, tzinfo=UTC))
    assert await days() == [(ONE, 2, "2025-10-20", False), *nothing]
    await set_clock(database, datetime(2025, 10, 20, 22, tzinfo=UTC))  # the next day in Norway
    assert await days() == [(ONE, 2, "2025-10-20", True), *nothing]


async def test_a_release_is_made_shown_and_withdrawn(api: Api) -> None:
    made = await api.administrator.post(f"{OF_PROGRAMME}/releases", json=RELEASE)
    again = await api.administrator.post(f"{OF_PROGRAMME}/releases", json=RELEASE)
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    it = made.json()
    made_of_it = {"id": it["id"], "version": 1, "programme": PROGRAMME, "withdrawn": False, "place": "Kimen, Stjørdal"}
    assert it == made_of_it | RELEASE
    assert (await api.get(f"{OF_PROGRAMME}/releases"))["items"] == [it]
    withdrawn = await api.administrator.post(f"/billing/releases/{it['id']}/withdrawal")
    assert withdrawn.status_code == 200
    assert withdrawn.json() == it | {"version": 2, "withdrawn": True}
    assert (await api.administrator.post(f"/billing/releases/{it['id']}/withdrawal")).json() == withdrawn.json()


async def test_an_invoice_is_credited_and_issued_anew(api: Api, database: Database) -> None:
    path = f"{OF_PROGRAMME}/invoices/1/credit-note"
    note = await api.post(path, {"reason": "wrong_reference"})
    assert (note["number"], note["document_number"], note["invoice"]) == (2, "FK2-2", 1)
    assert (note["reason"], note["because"]) == ("wrong_reference", None)
    assert await api.post(path, {"reason": "wrong_reference"}) == note
    refused = await api.refused(409, path, {"reason": "mistake"})
    assert (refused["rule"], refused["field"]) == ("B5", "reason")
    await work(database)
    assert [it["credited_by"] for it in (await api.get(f"{OF_PROGRAMME}/invoices"))["items"]] == [2, 1, None]
    assert (await api.get(f"{OF_PROGRAMME}/books"))["credit_notes_name_their_event"] is True


async def test_an_instalment_is_waived_shown_and_taken_back(api: Api, database: Database) -> None:
    path = f"/billing/agreements/{agreement_id(1)}/waivers"
    waiver = await api.post(path, {"instalment": 1, "reason": "joined_late"})
    assert waiver == {
        "id": waiver["id"],
        "version": 1,
        "programme": PROGRAMME,
        "party": ONE,
        "party_name": "Kommune 1",
        "agreement": agreement_id(1),
        "instalment": 1,
        "reason": "joined_late",
        "withdrawn": False,
    }
    await work(database)
    (_, note) = (await api.get(f"{OF_PROGRAMME}/credit-notes"))["items"]
    assert (note["invoice"], note["reason"]) == (1, "instalment_waived")
    why = [it["why"] for it in (await api.get(f"/billing/unbilled?programme={PROGRAMME}"))["items"]]
    assert why[0] == "waived"
    withdrawn = await api.post(f"/billing/waivers/{waiver['id']}/withdrawal")
    assert withdrawn == waiver | {"version": 2, "withdrawn": True}
    assert (await api.get(f"{OF_PROGRAMME}/waivers"))["items"] == [withdrawn]
    await work(database)
    assert (await api.get(f"{OF_PROGRAMME}/invoices"))["items"][-1]["attempt"] == 2


async def test_what_is_asked_for_by_hand_names_what_is_wrong_with_it(api: Api) -> None:
    credit, waive = f"{OF_PROGRAMME}/invoices/1/credit-note", f"/billing/agreements/{agreement_id(1)}/waivers"
    for path, body, field in (
        (credit, {}, "reason"),
        (credit, {"reason": "agreement_ended"}, "reason"),
        (credit, {"reason": "mistake", "amount_ore": 1}, "amount_ore"),
        (waive, {"instalment": 4, "reason": "other"}, "instalment"),
        (waive, {"instalment": 1, "reason": "Kom sent"}, "reason"),
    ):
        assert (await api.refused(422, path, body))["field"] == field
        problem(await api.reader.post(path, json=body), 403)
    problem(await api.administrator.post(f"{OF_PROGRAMME}/invoices/99/credit-note", json={"reason": "mistake"}), 404)
    unknown = await api.refused(404, "/billing/agreements/unknown/waivers", {"instalment": 1, "reason": "other"})
    assert unknown["field"] == "agreement"


async def test_the_books_are_canonical(api: Api, database: Database) -> None:
    answer = await api.reader.get(f"{OF_PROGRAMME}/books")
    found = answer.json()
    assert found == await the_books(database)
    assert answer.text == json.dumps(found, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
    assert found["parties"][TWO]["1"] == {"credited_attempts": 1, "net_ore": 0}


async def test_the_summary_counts_what_was_issued(api: Api) -> None:
    assert (
        await api.get(f"/billing/summary?programme={PROGRAMME}")
        == {
            "invoices": 2,
            "credit_notes": 1,
            "total_ore": AMOUNTS[1],
            "first_number": 1,
            "last_number": 2,
            "delivered_ehf": 0,
            "delivered_mail": 0,
            "under_way": 1,  # the other was credited while it was held, and is sent neither as an invoice nor as a credit note
            "undelivered": 0,
        }
    )


async def test_a_programme_without_invoices_has_an_empty_summary(api: Api, database: Database) -> None:
    await take(database, programme("empty"))
    assert await api.get("/billing/summary?programme=empty") == {
        "invoices": 0,
        "credit_notes": 0,
        "total_ore": 0,
        "first_number": None,
        "last_number": None,
        "delivered_ehf": 0,
        "delivered_mail": 0,
        "under_way": 0,
        "undelivered": 0,
    }


@pytest.mark.parametrize(
    "path",
    [
        "/billing/programmes/unknown/invoices",
        "/billing/programmes/unknown/credit-notes",
        "/billing/programmes/unknown/releases",
        "/billing/programmes/unknown/waivers",
        "/billing/programmes/unknown/books",
        "/billing/programmes/unknown/invoices/1",
        "/billing/unbilled?programme=unknown",
        "/billing/summary?programme=unknown",
        f"{OF_PROGRAMME}/invoices/99",
        f"{OF_PROGRAMME}/credit-notes/99",
    ],
)
async def test_what_is_not_known_is_404(api: Api, path: str) -> None:
    problem(await api.reader.get(path), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (RELEASE | {"instalment": 4}, "instalment"),
        (RELEASE | {"instalment": "three"}, "instalment"),
        (RELEASE | {"effective_on": "30.9.2025"}, "effective_on"),
        (RELEASE | {"effective_on": "2025-10-02"}, "effective_on"),
        (RELEASE | {"effective_on": "2005-09-30"}, "effective_on"),
        (RELEASE | {"venue": " "}, "venue"),
        (RELEASE | {"city": None}, "city"),
        (RELEASE | {"reason": "Fellessamlingen ble digital"}, "reason"),
        (RELEASE | {"amount_ore": 1}, "amount_ore"),
        ({"instalment": 3}, "reason"),
    ],
)
async def test_bad_input_names_the_field(api: Api, body: dict[str, Any], field: str) -> None:
    found = problem(await api.administrator.post(f"{OF_PROGRAMME}/releases", json=body), 422)
    assert field in [it["field"] for it in found["errors"]]


async def test_a_day_that_is_yet_to_come_names_the_rule(api: Api) -> None:
    found = problem(
        await api.administrator.post(f"{OF_PROGRAMME}/releases", json=RELEASE | {"effective_on": "2025-10-02"}), 422
    )
    assert found["errors"][0]["rule"] == "B6"


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "after=-1", "after=first", "after=999999999999999999999"])
async def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    problem(await api.reader.get(f"{OF_PROGRAMME}/invoices?{query}"), 422)


@pytest.mark.parametrize("number", ["0", "-1", "one", "99999999999999999999"])
async def test_a_number_that_cannot_be_is_refused(api: Api, number: str) -> None:
    problem(await api.reader.get(f"{OF_PROGRAMME}/invoices/{number}"), 422)


async def test_a_release_of_an_unknown_programme_or_its_withdrawal_is_404(api: Api) -> None:
    problem(await api.administrator.post("/billing/programmes/unknown/releases", json=RELEASE), 404)
    problem(await api.administrator.post("/billing/releases/unknown/withdrawal"), 404)


async def test_readers_read_and_administrators_change(api: Api) -> None:
    problem(await api.reader.post(f"{OF_PROGRAMME}/releases", json=RELEASE), 403)
    problem(await api.reader.post("/billing/releases/x/withdrawal"), 403)


async def test_nothing_answers_without_a_key(api: Api) -> None:
    schema = (await api.reader.get("/openapi.json")).json()
    without = {"Authorization": ""}
    for path, methods in schema["paths"].items():
        if path.startswith("/billing/") and "/health/" not in path:
            for method in methods:
                concrete = path.replace("{programme}", PROGRAMME).replace("{number}", "1").replace("{id}", "x")
                problem(await api.reader.request(method, concrete, headers=without), 401)
