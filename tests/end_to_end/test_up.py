"""Everything on one machine, started and stopped as a user does."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.audit.invariants import INVARIANTS
from deploy.command import PORT_TAKEN
from shared.contracts.catalogue import PUBLISHERS, stream_of
from tests.end_to_end.started import Started, eventually, is_running, run, started
from tests.support.api import MANY

PROGRAMME = {
    "code": "p-2024",
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
}
linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux about processes")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KULTURSKOLE_REFUSALS_A_MINUTE", str(MANY))
        folder = tmp_path_factory.mktemp("run") / "state"
        folder.mkdir()
        folder.chmod(0o755)  # somebody's own, that others may look into
        with started(folder) as it:
            yield it


def is_ready(url: str) -> bool:
    found = httpx.get(f"{url}/health/ready").json()
    return bool(found["ready"] and not found["degraded"])


def bearer(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_the_front_page_says_what_runs_and_where_to_look(up: Started) -> None:
    page = httpx.get(f"{up.url}/start")
    assert page.status_code == 200
    assert page.text.count("klar</span>") == len(PUBLISHERS)
    for told in (*PUBLISHERS, f"127.0.0.1:{up.nats_port}", "--nats-port", str(up.state / "nats-reader.json"), "/mails"):
        assert told in page.text
    assert up.key is not None
    assert up.key not in page.text


def test_all_that_it_keeps_is_its_owners_alone(up: Started) -> None:
    made = [*up.state.rglob("*")]
    assert {
        "billing.db",
        "billing.db-wal",
        "mails",
        "kulturskole.log",
        "nats-server.log",
        "keys.json",
        "jetstream",
    } <= {it.name for it in made}
    assert [it for it in made if it.stat().st_mode & 0o077] == []


def test_no_route_but_health_and_the_front_page_answers_without_a_key(up: Started) -> None:
    tried = 0
    for service in PUBLISHERS:
        contract = httpx.get(f"{up.url}/{service}/openapi.json", headers=bearer(up.key)).json()
        for path, operations in contract["paths"].items():
            if "/health/" in path:
                continue
            for method in operations:
                answer = httpx.request(method, up.url + re.sub(r"{\w+}", "1", path))
                assert answer.status_code == 401, (method, path)
                assert answer.headers["content-type"] == "application/problem+json"
                tried += 1
    assert tried > 60
    for path in ("/mails", "/mails/00000001", "/billing/openapi.json", "/billing/docs", "/billing/docs/swagger-ui.css"):
        assert httpx.get(up.url + path).status_code == 401, path
    # What is no service's and not the embedded start's is the pages', which send whoever has no session to the log-in.
    for path in ("/", "/openapi.json", "/docs"):
        answer = httpx.get(up.url + path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/logg-inn"), path


def test_the_page_of_an_api_loads_from_nowhere_else(up: Started) -> None:
    key = ("whoever", up.key or "")
    page = httpx.get(f"{up.url}/billing/docs", auth=key)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 3
    for path in loaded:
        assert path.startswith("/billing/docs/")
        assert httpx.get(up.url + path, auth=key).status_code == 200
    assert httpx.get(f"{up.url}/billing/docs/secret.js", auth=key).status_code == 422


def test_the_mails_are_shown_to_who_has_a_key(up: Started) -> None:
    page = httpx.get(f"{up.url}/mails", auth=("whoever", up.key or ""))
    assert page.status_code == 200
    assert "Ingen e-post" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert httpx.get(f"{up.url}/mails/1", auth=("whoever", up.key or "")).status_code == 404


def test_commands_beside_what_runs_answer_as_json(up: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    programme = PROGRAMME | {"code": "as-json"}
    httpx.post(f"{up.url}/registration/programmes", json=programme, headers=bearer(up.key)).raise_for_status()
    monkeypatch.setenv("KULTURSKOLE_URL", up.url)
    monkeypatch.setenv("KULTURSKOLE_KEY", up.key or "")
    monkeypatch.setenv("KULTURSKOLE_NATS_URL", f"nats://127.0.0.1:{up.nats_port}")
    monkeypatch.setenv("KULTURSKOLE_NATS_PASSWORD_FILE", str(up.state / "nats-operator"))

    provisioned = json.loads(run("provision", "--json").stdout)
    assert {it["stream"] for it in provisioned} == {stream_of(publisher) for publisher in PUBLISHERS}
    assert json.loads(run("books", "as-json", "--json").stdout)["parties"] == {}
    verified = run("billing", "verify", "as-json", "--json")
    assert (verified.returncode, [it["holds"] for it in json.loads(verified.stdout)]) == (0, [True]), verified.stderr
    # Nothing has been issued; the two series are there once billing has looked at the programme.
    assert all(line.endswith(": none") for line in run("billing", "verify").stdout.splitlines())
    audited = run("audit", "as-json", "--json")
    assert audited.returncode == 0, audited.stderr
    assert json.loads(audited.stdout) == {
        "programme": "as-json",
        "holds": True,
        "looked_at": {"agreements": 0, "invoices": 0, "credit_notes": 0, "mails": 0, "events": 1},
        "invariants": {name: [] for name in INVARIANTS},
    }
    republished = json.loads(run("republish", "registration", "--type", "programme.opened", "--json").stdout)
    assert (republished["service"], republished["type"]) == ("registration", "programme.opened")
    assert republished["events"] >= 1


def test_the_clock_cannot_be_moved(up: Started) -> None:
    answer = httpx.post(
        f"{up.url}/billing/operations/clock", json={"now": "2024-01-01T00:00:00Z"}, headers=bearer(up.key)
    )
    assert answer.status_code in {404, 405}


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    with started(tmp_path / "state") as first:
        made = httpx.post(f"{first.url}/registration/programmes", json=PROGRAMME, headers=bearer(first.key))
        assert made.status_code == 201
        key = first.key
        assert first.stop() == 0
        assert first.complaints == ""
    with started(tmp_path / "state") as second:
        assert second.key is None
        found = httpx.get(f"{second.url}/registration/programmes/p-2024", headers=bearer(key))
        assert found.json() == made.json()


@linux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_of_it(tmp_path: Path, how: signal.Signals) -> None:
    with started(tmp_path / "state") as it:
        children = it.children()
        assert children
        assert it.stop(how) == 0
        assert it.complaints == ""
        assert [pid for pid in children if is_running(pid)] == []


@linux
def test_nats_does_not_outlive_us_even_when_we_are_killed(tmp_path: Path) -> None:
    with started(tmp_path / "state") as it:
        children = it.children()
        it.process.kill()
        it.process.communicate()
        eventually(lambda: not any(is_running(pid) for pid in children))


@linux
def test_nats_is_started_again_when_it_ends(tmp_path: Path) -> None:
    with started(tmp_path / "state") as it:
        (nats_server,) = it.children()
        os.kill(nats_server, signal.SIGKILL)
        eventually(lambda: it.children() not in ([], [nats_server]))
        eventually(lambda: is_ready(it.url))


@pytest.mark.parametrize(("option", "other"), [("--port", "--nats-port"), ("--nats-port", "--port")])
@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_taken_port_is_a_clear_message(tmp_path: Path, command: str, option: str, other: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(command, "--state", str(tmp_path / "state"), option, port, other, "0")
    assert done.returncode == PORT_TAKEN
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert port in line
    assert option in line


def test_a_folder_in_use_is_a_clear_message(up: Started) -> None:
    done = run("up", "--state", str(up.state), "--port", "0", "--nats-port", "0")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "another process" in line
