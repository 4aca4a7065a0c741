"""The main job: the real programme 2024–2025, played through the public APIs."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pikepdf
import pytest

from deploy.demo.summary import wrong
from shared.contracts.catalogue import PUBLISHERS
from tests.contract.catalogue import faults
from tests.end_to_end.started import run

FIGURES = {
    "applications": 15,
    "accepted": 12,
    "waiting_list": 1,
    "declined": 1,
    "withdrawn": 1,
    "agreements_signed": 12,
    "physical_sessions_completed": 3,
    "digital_sessions_completed": 3,
    "invoices": 35,
    "credit_notes": 1,
    "documents": 36,
    "delivered_ehf": 29,
    "delivered_mail": 7,
    "undelivered": 0,
    "total_ore": 22_666_668,
    "first_number": 1,
    "last_number": 35,
    "levanger_references": ["KS-5037", "KS-5037-KULTUR", "KS-5037-KULTUR"],
    "issued_stands": True,
    "calendar_of_volda": {"entries": 20, "differing": 0},
    "events_parked": 0,
}
RAUMA, MELHUS, MOLDE, STEINKJER, HITRA = "864980902", "938726027", "921221967", "840029212", "938772924"
VOLDA, ORSTA, ORKLAND, NAMSOS = "939760946", "939461450", "921233418", "942875967"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a demo that was played to its end, answering as JSON and telling its story aside."""
    folder = tmp_path_factory.mktemp("demo") / "state"
    done = run("demo", "--exit", "--json", "--state", str(folder), "--port", "0", "--nats-port", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "summary.json").read_text()) | {"wrong": []}
    story = done.stderr.splitlines()
    assert story[0].startswith("Klar etter")
    assert story[-1].endswith("er skrevet.")
    return folder


def test_the_figures_are_those_of_the_programme(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    counted = ("mails", "mails_by_kind", "events_published", "wall_seconds")
    assert {name: it for name, it in summary.items() if name not in counted} == FIGURES
    assert all(summary[name] for name in counted)
    assert sum(summary["mails_by_kind"].values()) == summary["mails"]


def test_every_municipality_that_stays_pays_the_fee_exactly(folder: Path) -> None:
    books = json.loads((folder / "books.json").read_text())
    paid = sorted(sum(it["net_ore"] for it in instalments.values()) for instalments in books["parties"].values())
    assert paid == [1_333_334] * 2 + [2_000_000] * 10
    assert books["series"] == {
        "invoices": {"count": 35, "unbroken": True},
        "credit_notes": {"count": 1, "unbroken": True},
    }


def test_what_was_signed_and_issued_is_there_as_files(folder: Path) -> None:
    """Each PDF of what was issued has the EHF inside that lies beside it."""
    documents = folder / "documents"
    called = [*(f"FK1-{n}" for n in range(1, 36)), "FK2-1"]
    issued = {f"{it}.{form}" for it in called for form in ("pdf", "xml")}
    signed = {it.name for it in documents.glob("avtale-*.pdf")}
    assert {it.name for it in documents.iterdir()} == issued | signed
    assert len(signed) == FIGURES["agreements_signed"]
    for it in called:
        with pikepdf.open(documents / f"{it}.pdf") as file:
            assert file.attachments[f"{it}.xml"].get_file().read_bytes() == (documents / f"{it}.xml").read_bytes()


def test_each_document_went_as_its_municipality_takes_it(folder: Path) -> None:
    """Orkland's first was refused and went by mail; the credit note went where its invoice had gone."""
    with closing(sqlite3.connect(folder / "billing.db")) as database:
        rows = database.execute(
            "SELECT party, kind, number, state, channel, why FROM delivery ORDER BY number"
        ).fetchall()
    assert {state for *_, state, _, _ in rows} == {"delivered"}
    by_mail = [(party, why) for party, _, _, _, channel, why in rows if channel == "mail"]
    assert Counter(by_mail) == {(VOLDA, None): 3, (ORSTA, None): 3, (ORKLAND, "permanently_failed"): 1}
    first = min(number for party, kind, number, *_ in rows if (party, kind) == (ORKLAND, "invoice"))
    assert [number for party, _, number, _, channel, _ in rows if (party, channel) == (ORKLAND, "mail")] == [first]
    assert [(party, channel) for party, kind, *_, channel, _ in rows if kind == "credit_note"] == [(NAMSOS, "ehf")]


def test_the_access_point_was_given_each_ehf_once(folder: Path) -> None:
    given = [json.loads(line)["document"] for line in (folder / "access-point.jsonl").read_text().splitlines()]
    assert len(set(given)) == len(given) == 30  # with the one that it refused


def test_mails_carry_what_was_issued_and_a_copy_says_that_it_is_one(folder: Path) -> None:
    carried = Counter[tuple[bool, tuple[str, ...]]]()
    for file in (folder / "mails").glob("*.eml"):
        mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        names = [it.get_filename() or "" for it in mail.iter_attachments()]
        if any(name.startswith("FK") for name in names):
            is_copy = mail["Subject"].startswith("Kopi av ")
            carried[is_copy, tuple(sorted(Path(name).suffix for name in names))] += 1
            for it in mail.iter_attachments():
                assert it.get_content() == (folder / "documents" / str(it.get_filename())).read_bytes()
    assert carried == {
        (False, (".pdf", ".xml")): FIGURES["delivered_mail"],
        (True, (".pdf",)): 28,  # one more went to the coordinator who was erased since
    }


def test_in_june_nobody_loses_an_invitation_to_whoever_coordinates(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "notifications.db")) as database:
        rows = database.execute(
            "SELECT kind FROM mail WHERE session IS NOT NULL AND made_at LIKE '2024-06%'"
        ).fetchall()
    assert {kind for (kind,) in rows} == {"session_invitation"}


def test_no_personal_data_is_in_what_is_logged(folder: Path) -> None:
    log = (folder / "kulturskole.log").read_text()
    assert ".example" not in log.replace("mote.example", "")


def test_every_event_is_as_the_catalogue_promises(folder: Path) -> None:
    told: dict[str, int] = {}
    for publisher in PUBLISHERS:
        with closing(sqlite3.connect(folder / f"{publisher}.db")) as database:
            for (body,) in database.execute("SELECT body FROM outbox"):
                event = json.loads(body)
                assert faults(event) == [], event["type"]
                told[publisher] = told.get(publisher, 0) + 1
    assert told.keys() == {*PUBLISHERS}
    assert sum(told.values()) >= json.loads((folder / "summary.json").read_text())["events_published"]


def test_a_figure_that_differs_is_named(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text()) | {"failed": 0}
    books = json.loads((folder / "books.json").read_text())
    assert wrong(summary, books) == []
    (line,) = wrong(summary | {"credit_notes": 2}, books)
    assert line == "credit_notes er 2 og skulle vært 1"
    books["series"]["invoices"]["unbroken"] = False
    (line,) = wrong(summary, books)
    assert "invoices" in line


def test_who_withdraws_hears_of_nothing_more(folder: Path) -> None:
    heard = mails_to(folder, RAUMA)
    told = [("application_received", "2024-04-15"), ("application_accepted", "2024-05-24")]
    assert [(kind, at[:10]) for kind, at, _ in heard] == told


def test_who_waits_is_offered_the_place_that_one_gave_up_and_does_not_answer(folder: Path) -> None:
    told = [(kind, at[:10]) for kind, at, _ in mails_to(folder, HITRA)]
    assert told[1:] == [
        ("application_waiting_list", "2024-05-24"),
        ("application_offered", "2024-06-03"),
        ("application_offer_lapsed", "2024-06-18"),
    ]
    with closing(sqlite3.connect(folder / "registration.db")) as database:
        offers = database.execute("SELECT offered_on, answer_by, place, outcome, ended_on FROM offer").fetchall()
    assert offers == [("2024-06-03", "2024-06-17", 1, "lapsed", "2024-06-18")]


def test_a_decision_made_by_mistake_is_replaced_the_same_day(folder: Path) -> None:
    told = [(kind, at[:10]) for kind, at, _ in mails_to(folder, MELHUS) if kind.startswith("application")]
    assert told[1:] == [("application_declined", "2024-05-24"), ("application_accepted", "2024-05-24")]


def test_a_director_who_comes_before_the_signing_signs(folder: Path) -> None:
    told = {address for kind, _, address in mails_to(folder, MOLDE) if kind == "agreement_signed"}
    assert "solveig.aasen.berg@molde.example" in told
    assert "dag.aune@molde.example" not in told


def test_who_becomes_coordinator_hears_of_what_lies_ahead(folder: Path) -> None:
    heard = {address for kind, at, address in mails_to(folder, STEINKJER) if at > "2025-01-07"}
    assert "marius.holt@steinkjer.example" in heard
    assert "kari.solberg@steinkjer.example" not in heard


def mails_to(folder: Path, party: str) -> list[tuple[str, str, str]]:
    """Kind, moment and address of each mail about a party, in the order in which they were made."""
    with closing(sqlite3.connect(folder / "notifications.db")) as database:
        query = "SELECT kind, made_at, address FROM mail WHERE party = ? ORDER BY made_at, id"
        return database.execute(query, (party,)).fetchall()
