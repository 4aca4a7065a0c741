"""What an embedded start and `bootstrap` keep on disk."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from deploy.bootstrap import bootstrap
from deploy.nats_config import USERS
from deploy.ports import PortTaken, chosen
from deploy.state import InUse, NotOurs, State, claim_for_demo, empty
from deploy.subscribers.reader import prepare
from shared.web import keys
from shared.web.keys import Keys


def test_passwords_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "run")
    state.open()
    first = state.passwords()
    assert set(first) == set(USERS)
    assert len(set(first.values())) == len(USERS)
    assert state.passwords() == first
    prepare(state.subscribers, state.reader, "nats://127.0.0.1:4222", mode=0o700)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in state.folder.rglob("*.json")} == {
        "passwords.json": "0o600",
        "nats-reader.json": "0o600",
        "subscribers.json": "0o600",
    }
    assert (state.subscribers / "accounts.conf").stat().st_mode & 0o777 == 0o600
    state.close()


def test_what_stands_in_a_folder_that_others_may_look_into_is_made_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "mails").mkdir(mode=0o755)
    ours = [
        tmp_path / "billing.db",
        tmp_path / "billing.db-wal",
        tmp_path / "mails" / "1.eml",
        tmp_path / "passwords.json",
    ]
    theirs = tmp_path / "holiday.jpg"
    for file in (*ours, theirs):
        file.write_text("x")
        file.chmod(0o644)
    before = os.umask(0o022)
    state = State(tmp_path)
    state.open()
    (tmp_path / "new").write_text("x")
    state.close()
    assert os.umask(before) == 0o022
    assert {it.stat().st_mode & 0o077 for it in (*ours, tmp_path / "mails", tmp_path / "new", tmp_path / "lock")} == {0}
    assert theirs.stat().st_mode & 0o777 == 0o644
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_the_first_run_makes_an_operators_key_and_no_other_run_does(tmp_path: Path) -> None:
    state = State(tmp_path / "run")
    secret = state.first_key()
    assert secret is not None
    found = keys.Keys(state.keys).find(secret)
    assert found is not None
    assert found.role == "operator"
    assert state.first_key() is None
    assert secret not in state.keys.read_text()


def test_one_process_a_folder(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.open()
    with pytest.raises(InUse, match="another process"):
        State(tmp_path).open()
    state.close()
    again = State(tmp_path)
    again.open()
    again.close()


def test_a_demo_empties_its_own_folder_and_no_other(tmp_path: Path) -> None:
    empty(tmp_path / "demo")
    (tmp_path / "demo" / "billing.db").write_text("old")
    empty(tmp_path / "demo")
    assert not (tmp_path / "demo" / "billing.db").exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("dear")
    with pytest.raises(NotOurs):
        empty(tmp_path / "home")
    assert (tmp_path / "home" / "letter").read_text() == "dear"


def test_what_a_demo_played_elsewhere_wrote_is_a_demos_to_empty(tmp_path: Path) -> None:
    claim_for_demo(tmp_path / "demo")
    (tmp_path / "demo" / "books.json").write_text("{}")
    empty(tmp_path / "demo")
    claim_for_demo(tmp_path)
    with pytest.raises(NotOurs):
        empty(tmp_path)


def test_a_demo_does_not_empty_a_folder_that_is_in_use(tmp_path: Path) -> None:
    empty(tmp_path)
    state = State(tmp_path)
    state.open()
    with pytest.raises(InUse):
        empty(tmp_path)
    state.close()


def test_a_taken_port_is_named_with_the_option_that_sets_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port}, for NATS, is taken; .* --nats-port"):
            chosen(port, "NATS", "--nats-port")
    assert chosen(0, "NATS", "--nats-port") > 0


def test_bootstrap_makes_what_is_missing_and_leaves_what_is_there(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = os.umask(0o077)  # as a careful shell has it; what is mounted has other users
    request.addfinalizer(lambda: os.umask(before))
    bootstrap(tmp_path / "secrets")
    made = {path: path.read_text() for path in (tmp_path / "secrets").rglob("*") if path.is_file()}
    mounted = {"postgres-admin", "postgres-billing", "nats-operator", "nats.conf", "session-secret", "keys.json"}
    assert mounted <= {it.name for it in made}
    bootstrap(tmp_path / "secrets")
    assert {path: path.read_text() for path in made} == made
    key = Keys(tmp_path / "secrets" / "keys" / "keys.json").find((tmp_path / "secrets" / "operator-key").read_text())
    assert key is not None
    assert key.role == "operator"
    assert (tmp_path / "secrets" / "keys").stat().st_mode & 0o777 == 0o755
    assert {
        it.stat().st_mode & 0o777 for it in (tmp_path / "secrets").glob("[nps]*-[a-z]*") if it.suffix != ".json"
    } == {0o644}
    assert "sync_interval: always" in (tmp_path / "secrets" / "nats.conf").read_text()
