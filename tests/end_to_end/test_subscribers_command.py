"""`kulturskole subscribers`, as it is typed beside what runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.contracts.catalogue import PUBLISHERS
from tests.end_to_end.started import Started, run, started


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("run") / "state") as it:
        yield it


def subscribers(up: Started, *words: str) -> subprocess.CompletedProcess[str]:
    nats = ("--nats-url", f"nats://127.0.0.1:{up.nats_port}", "--password-file", str(up.state / "nats-operator"))
    return run("subscribers", *words, *nats)


def test_what_it_prints_is_what_the_other_system_connects_with(up: Started, tmp_path: Path) -> None:
    added = subscribers(up, "add", "regnskap", "--type", "invoice.*", "--party", "942110464", "--since", "2026-01-01")
    assert (added.returncode, added.stderr) == (0, "")
    credentials = json.loads(added.stdout)
    assert (credentials["url"], credentials["user"]) == (f"nats://127.0.0.1:{up.nats_port}", "regnskap")
    assert json.loads((up.state / "nats-reader.json").read_text()).keys() == credentials.keys()
    file = tmp_path / "regnskap.json"
    rotated = subscribers(up, "rotate", "regnskap", "--out", str(file))
    assert rotated.stdout == f"regnskap can read; what it connects with is in {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    after = json.loads(file.read_text())
    assert after.pop("password") != credentials.pop("password")
    assert after == credentials
    assert subscribers(up, "revoke", "regnskap").stdout == "regnskap is revoked\n"
    again = subscribers(up, "revoke", "regnskap")
    assert (again.returncode, again.stderr) == (1, "kulturskole: there is no subscriber named regnskap\n")


def test_list_and_show_say_who_reads_what_and_how_far(up: Started) -> None:
    subscribers(up, "add", "namsos", "--party", "942110464", "--type", "invoice.issued", "--type", "mail.*")
    lines = subscribers(up, "list").stdout.splitlines()
    assert lines == [
        "namsos\tinvoice.issued, mail.* of 942110464\tlag 0\tnot seen yet",
        "reader\tall types of all parties\tlag 0\tnot seen yet",
    ]
    shown = subscribers(up, "show", "namsos").stdout.splitlines()
    assert shown[0] == lines[0]
    assert "    kulturskole.billing.invoice.issued.*._" in shown
    as_json = json.loads(subscribers(up, "show", "namsos", "--json").stdout)
    assert as_json == json.loads(subscribers(up, "list", "--json").stdout)[0]
    assert (as_json["parties"], as_json["streams"].keys()) == (["942110464"], {"BILLING", "NOTIFICATIONS"})
    assert subscribers(up, "show", "nobody").stderr == "kulturskole: there is no subscriber named nobody\n"


def test_each_publisher_shows_an_operator_who_reads_its_stream(up: Started) -> None:
    headers = {"Authorization": f"Bearer {up.key}"}
    subscribers(up, "add", "mails", "--type", "mail.*")
    for service in PUBLISHERS:
        found = httpx.get(f"{up.url}/{service}/operations/subscribers", headers=headers).json()["items"]
        assert "reader" in {it["name"] for it in found}
        assert ("mails" in {it["name"] for it in found}) == (service == "notifications")
        assert httpx.get(f"{up.url}/{service}/operations/subscribers/reader", headers=headers).json() in found


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "billing"), "billing is the name of one of our own"),
        (("add", "x", "--party", "942110464", "--party", "942110464"), "--party is given twice with 942110464"),
        (("add", "x", "--since", "2206-08-01"), "--since: 2206-08-01 is no day"),
        (("add", "x", "--party", "12"), "12 is no organisation number"),
        (("add", "x", "--type", "invoice.lost"), "nobody tells of invoice.lost"),
        (("add", "x", "--subscribers", "/nowhere"), "/nowhere does not say who subscribes"),
    ],
)
def test_what_cannot_be_is_a_clear_message_and_leaves_nothing(up: Started, words: tuple[str, ...], says: str) -> None:
    done = subscribers(up, *words)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert says in line
    assert subscribers(up, "show", "x").returncode == 1


def test_who_was_let_in_is_so_after_a_restart_and_who_was_put_out_too(tmp_path: Path) -> None:
    with started(tmp_path / "state") as first:
        password = json.loads(subscribers(first, "add", "regnskap", "--type", "invoice.*").stdout)["password"]
        assert subscribers(first, "revoke", "reader").returncode == 0
        assert first.stop() == 0
    with started(tmp_path / "state") as second:
        assert [it["name"] for it in json.loads(subscribers(second, "list", "--json").stdout)] == ["regnskap"]
        assert not (second.state / "nats-reader.json").exists()
        rotated = json.loads(subscribers(second, "rotate", "regnskap").stdout)
        assert rotated["url"] == f"nats://127.0.0.1:{second.nats_port}"
        assert rotated["password"] != password
