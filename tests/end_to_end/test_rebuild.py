"""What a service keeps of what others told it goes wrong; `kulturskole audit` says so, and `kulturskole rebuild` mends it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.started import Started, run, started
from tests.support.waiting import PATIENCE

PROGRAMME = "regionalt-2024-2025"  # as the examples have it


def applied(it: Started, headers: dict[str, str]) -> None:
    """A programme, a party and its application, as the API's own examples have them."""
    with httpx.Client(base_url=it.url, headers=headers, timeout=PATIENCE) as client:
        schemas = client.get("/registration/openapi.json").json()["components"]["schemas"]
        for path, schema in (
            ("programmes", "NewProgramme"),
            ("parties", "NewParty"),
            (f"programmes/{PROGRAMME}/applications", "NewApplication"),
        ):
            body = {it: value for it, value in schemas[schema]["examples"][0].items() if it != "applications_until"}
            answer = client.post(f"/registration/{path}", json=body)
            assert answer.status_code == httpx.codes.CREATED, answer.text


def audited(it: Started, key: str) -> dict[str, Any]:
    where = ("--url", it.url, "--nats-url", f"nats://127.0.0.1:{it.nats_port}")
    password = ("--password-file", str(it.state / "nats-operator"))
    said = run("audit", PROGRAMME, "--json", *where, *password, "--key", key)
    found: dict[str, Any] = json.loads(said.stdout)
    assert said.returncode == (0 if found["holds"] else 1)
    return {name: lines for name, lines in found["invariants"].items() if lines}


def test_an_old_name_is_found_and_put_right(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with started(state) as it:
        assert it.key is not None
        key = it.key
        applied(it, {"Authorization": f"Bearer {key}"})
        assert audited(it, key) == {}
        busy = run("rebuild", "notifications", "--do", "--state", str(state))
        assert busy.returncode == 1
        assert "stop it first" in busy.stderr
    with sqlite3.connect(state / "notifications.db") as connection:
        connection.execute("UPDATE party SET name = 'Gammelt navn'")
        (party,) = connection.execute("SELECT organisation_number FROM party").fetchone()
    connection.close()
    with started(state) as it:
        assert audited(it, key) == {
            "projections_agree_with_their_publishers": [f"notifications's party {party} is not as it was told: name"]
        }
    dry = run("rebuild", "notifications", "--state", str(state))
    assert dry.returncode == 0
    assert "1  party.name, changed" in dry.stdout
    assert dry.stdout.endswith("--do does it\n")
    done = json.loads(run("rebuild", "notifications", "--do", "--json", "--state", str(state)).stdout)
    assert (done["done"], done["columns"]) == (True, {"party.name": 1})
    with started(state) as it:
        assert audited(it, key) == {}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("cafeteria",), 2, "registration"),
        (("billing", "--state", "nowhere"), 1, "nothing is kept in"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], code: int, says: str) -> None:
    said = run("rebuild", *arguments)
    assert said.returncode == code
    assert says in said.stderr
