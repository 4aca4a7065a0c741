"""`kulturskole events tail` and `show`, as they are typed beside what runs, and the addresses that events name."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.nats_operator import operator
from shared.contracts.catalogue import PUBLISHERS, stream_of
from tests.contract.catalogue import faults
from tests.end_to_end.started import ROOT, Started, eventually, run, started
from tests.support.waiting import PATIENCE

SINCE = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
TRONDHEIM, MOLDE, NOBODY = "942110464", "921221967", "974760673"
PARTY = {
    "kind": "municipality",
    "municipality_number": "5001",
    "language_form": "bokmål",
    "address": {"street": "Rådhuset", "postal_code": "7013", "city": "Trondheim"},
}
PROGRAMME = {
    "code": "p-2026",
    "name": "Regionalt program",
    "period_start": "2026-08-01",
    "period_end": "2027-12-31",
    "fee_ore": 2_000_000,
}
SESSION = {
    "kind": "inspiration_session",
    "format": "digital",
    "title": "Inspirasjonssamling",
    "when": {"days": {"first": "2026-03-17", "last": "2026-03-17"}},
}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Registration has told of one programme between two parties, and scheduling of a session before the second."""
    with started(tmp_path_factory.mktemp("run") / "state") as it:
        post(it, "/registration/parties", PARTY | {"organisation_number": TRONDHEIM, "name": "Trondheim"})
        post(it, "/registration/programmes", PROGRAMME)
        eventually(lambda: plan(it).is_success)  # once scheduling knows the programme
        eventually(lambda: get(it, "/scheduling/operations/state")["unsent"] == 0)
        post(it, "/registration/parties", PARTY | {"organisation_number": MOLDE, "name": "Molde"})
        eventually(lambda: len(tail(it).stdout.splitlines()) == 4)
        yield it


def api(up: Started) -> httpx.Client:
    return httpx.Client(base_url=up.url, headers={"Authorization": f"Bearer {up.key}"}, timeout=PATIENCE)


def post(up: Started, path: str, body: dict[str, Any]) -> None:
    with api(up) as client:
        client.post(path, json=body).raise_for_status()


def plan(up: Started) -> httpx.Response:
    with api(up) as client:
        return client.post(f"/scheduling/programmes/{PROGRAMME['code']}/sessions", json=SESSION)


def get(up: Started, path: str) -> Any:
    with api(up) as client:
        return client.get(path).raise_for_status().json()


def beside(up: Started) -> tuple[str, ...]:
    return ("--nats-url", f"nats://127.0.0.1:{up.nats_port}", "--password-file", str(up.state / "nats-operator"))


def tail(up: Started, *words: str) -> subprocess.CompletedProcess[str]:
    """All that was told."""
    return run("events", "tail", "--since", SINCE, "--no-wait", *words, *beside(up))


@contextmanager
def watching(up: Started, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deploy.cli", "events", "tail", *words, *beside(up)]
    watcher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield watcher
    finally:
        if watcher.poll() is None:
            watcher.kill()
        watcher.communicate(timeout=PATIENCE)


def consumers(up: Started) -> set[tuple[str, str]]:
    async def ask() -> set[tuple[str, str]]:
        async with operator(f"nats://127.0.0.1:{up.nats_port}", (up.state / "nats-operator").read_text()) as client:
            streams = [stream_of(it) for it in PUBLISHERS]
            return {(it, found.name) for it in streams for found in await client.jsm().consumers_info(it)}

    return asyncio.run(ask())


def columns(lines: Sequence[str]) -> list[list[str]]:
    """But for the moment and the id."""
    return [line.split("\t")[1:-1] for line in lines]


def test_what_was_told_is_shown_a_line_each_in_the_order_in_which_it_was_told(up: Started) -> None:
    """Over all streams."""
    done = tail(up)
    assert (done.returncode, done.stderr) == (0, "")
    assert columns(done.stdout.splitlines()) == [
        ["party.registered", "_", TRONDHEIM],
        ["programme.opened", "p-2026", "_"],
        ["inspiration_session.planned", "p-2026", "_"],
        ["party.registered", "_", MOLDE],
    ]


def test_a_type_and_a_party_leave_the_others_out(up: Started) -> None:
    assert [it[0] for it in columns(tail(up, "--type", "programme.*").stdout.splitlines())] == ["programme.opened"]
    of_molde = columns(tail(up, "--party", MOLDE).stdout.splitlines())
    assert [it[0] for it in of_molde] == ["programme.opened", "inspiration_session.planned", "party.registered"]
    assert {it[2] for it in of_molde} == {MOLDE, "_"}


@pytest.mark.parametrize(
    ("words", "there_is"),
    [
        (("--type", "programme.lost"), "nobody tells of programme.lost; there is programme.opened, programme.changed"),
        (("--type", "lost.*"), "nobody tells of lost.*; there is advisor.*, agreement.*"),
        (("--party", NOBODY), f"nothing was told of {NOBODY}; there is {MOLDE}, {TRONDHEIM}"),
        (("--party", "12"), "12 is no organisation number"),
    ],
)
def test_a_filter_that_nothing_fits_is_refused_with_what_there_is(
    up: Started, words: tuple[str, ...], there_is: str
) -> None:
    done = tail(up, *words)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert there_is in line


def test_one_event_is_shown_with_all_its_fields(up: Started) -> None:
    before = consumers(up)
    id = tail(up, "--type", "party.*", "--party", TRONDHEIM).stdout.split()[-1]
    shown = run("events", "show", id, *beside(up)).stdout.splitlines()
    assert f"id: {id}" in shown
    assert "  address:" in shown
    assert "    city: Trondheim" in shown
    as_json = json.loads(run("events", "show", id, "--json", *beside(up)).stdout)
    assert (as_json["id"], as_json["data"]["organisation_number"]) == (id, TRONDHEIM)
    assert as_json in [json.loads(line) for line in tail(up, "--json").stdout.splitlines()]
    unknown = run("events", "show", "0192279c-6c80-7000-8000-000000000001", *beside(up))
    assert (unknown.returncode, unknown.stdout, len(unknown.stderr.splitlines())) == (1, "", 1)
    assert run("events", "show", "42", *beside(up)).returncode == 2
    assert consumers(up) == before


def test_what_is_told_from_now_on_is_shown_until_ctrl_c_and_nothing_is_left_behind(up: Started) -> None:
    there = consumers(up)
    with watching(up, "--type", "programme.changed") as watcher:
        eventually(lambda: len(consumers(up)) == len(there) + 1)
        with api(up) as client:
            path = f"/registration/programmes/{PROGRAMME['code']}"
            client.patch(path, json={"days_to_pay": 14}).raise_for_status()
        assert watcher.stdout is not None
        assert columns([watcher.stdout.readline()]) == [["programme.changed", "p-2026", "_"]]
        watcher.send_signal(signal.SIGINT)
        rest, complaints = watcher.communicate(timeout=PATIENCE)
    assert (watcher.returncode, rest, complaints) == (0, "", "")
    assert consumers(up) == there


def test_it_ends_without_a_word_where_nobody_reads_any_more(up: Started) -> None:
    with watching(up, "--since", SINCE) as watcher:
        assert watcher.stdout is not None
        assert watcher.stderr is not None
        watcher.stdout.close()
        complaints = watcher.stderr.read()
        watcher.stdout = None
        watcher.wait(timeout=PATIENCE)
    assert (watcher.returncode, complaints) == (0, "")


def test_the_address_that_an_event_names_answers_without_a_key(up: Started) -> None:
    events = [json.loads(line) for line in tail(up, "--json").stdout.splitlines()]
    assert {it["source"] for it in events} == {"/kulturskole/registration", "/kulturskole/scheduling"}
    for event in events:
        assert event["dataschema"].startswith(up.url)
        answer = httpx.get(event["dataschema"])
        assert answer.headers["Content-Type"] == "application/schema+json"
        assert answer.json()["properties"].keys() >= event["data"].keys()
        assert faults(event) == []
    assert httpx.get(f"{up.url}/events/schemas/kulturskole.billing.invoice.lost.v1.json").status_code == 303


def test_the_catalogue_is_served_to_all_as_a_document_and_as_a_page(up: Started, tmp_path: Path) -> None:
    document = httpx.get(f"{up.url}/events/catalogue.json")
    assert (document.status_code, document.json()["asyncapi"]) == (200, "3.1.0")
    page = httpx.get(f"{up.url}/events")
    assert page.headers["Content-Type"].startswith("text/html")
    assert '<h3 id="kulturskole.billing.invoice.issued.v1">' in page.text
