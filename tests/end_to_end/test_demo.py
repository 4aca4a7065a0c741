"""The main job: the real programme 2024–2025, played through the public APIs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.demo.summary import wrong
from tests.end_to_end.started import run

FIGURES = {
    "applications": 14,
    "accepted": 12,
    "waiting_list": 1,
    "declined": 1,
    "agreements_signed": 12,
    "physical_sessions_completed": 3,
    "digital_sessions_completed": 3,
    "invoices": 35,
    "credit_notes": 1,
    "total_ore": 22_666_668,
    "first_number": 1,
    "last_number": 35,
    "events_parked": 0,
}


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
    counted = ("mails", "events_published", "wall_seconds")
    assert {name: it for name, it in summary.items() if name not in counted} == FIGURES
    assert all(summary[name] > 0 for name in counted)


def test_every_municipality_that_stays_pays_the_fee_exactly(folder: Path) -> None:
    books = json.loads((folder / "books.json").read_text())
    paid = sorted(sum(it["net_ore"] for it in instalments.values()) for instalments in books["parties"].values())
    assert paid == [1_333_334] * 2 + [2_000_000] * 10
    assert books["series"] == {
        "invoices": {"count": 35, "unbroken": True},
        "credit_notes": {"count": 1, "unbroken": True},
    }


def test_no_personal_data_is_in_what_is_logged(folder: Path) -> None:
    log = (folder / "kulturskole.log").read_text()
    assert ".example" not in log.replace("mote.example", "")


def test_a_figure_that_differs_is_named(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text()) | {"failed": 0}
    books = json.loads((folder / "books.json").read_text())
    assert wrong(summary, books) == []
    (line,) = wrong(summary | {"credit_notes": 2}, books)
    assert line == "credit_notes er 2 og skulle vært 1"
    books["series"]["invoices"]["unbroken"] = False
    (line,) = wrong(summary, books)
    assert "invoices" in line
