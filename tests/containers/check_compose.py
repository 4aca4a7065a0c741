"""docker-compose.yml for real, on new volumes, with the simulated clock laid over it (`make compose-test`)."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from deploy.bootstrap import bootstrap
from shared.contracts.catalogue import PUBLISHERS
from tests.containers.engine import ROOT, Compose, NoEngine
from tests.end_to_end.started import eventually
from tests.support.pages import commands
from tests.support.processes import free_port

UNDISTURBED = ROOT / "tests" / "end_to_end" / "books.json"
OPERATIONS = "docs/architecture/operations.md"
SERVE = (*PUBLISHERS, "pages")
OF_OUR_IMAGE = (*SERVE, "access-point")
ONCE = ("provision", "roles", *(f"migrate-{service}" for service in PUBLISHERS))


@dataclass(frozen=True, kw_only=True)
class Stack:
    compose: Compose
    url: str
    nats_port: int
    secrets: Path

    @property
    def key(self) -> str:
        return (self.secrets / "operator-key").read_text().strip()

    @property
    def kept(self) -> Path:
        """Where what is kept of it is put."""
        return self.secrets.parent

    def demo(self, folder: Path) -> subprocess.CompletedProcess[str]:
        keys = str(self.secrets / "operator-key")
        return self.command("demo", "--exit", "--url", self.url, "--keys", keys, "--state", str(folder))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Of `kulturskole`, beside the containers."""
        where = {"URL": self.url, "KEY": self.key, "NATS_URL": f"nats://127.0.0.1:{self.nats_port}"}
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            cwd=ROOT,
            env=os.environ | {f"KULTURSKOLE_{name}": value for name, value in where.items()},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {self.key}"}, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def correct(self, path: str, changes: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.patch(f"{self.url}{path}", json=changes, headers=headers, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text

    def is_reached(self, service: str) -> bool:
        return httpx.get(f"{self.url}/{service}/health/ready", timeout=30).status_code == httpx.codes.OK

    def state(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/{service}/operations/state")
        return found


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    port, nats_port = free_port(), free_port()
    bootstrap(folder, nats_url=f"nats://127.0.0.1:{nats_port}")
    environment = {
        "KULTURSKOLE_SECRETS": str(folder),
        "KULTURSKOLE_PORT": str(port),
        "KULTURSKOLE_NATS_PORT": str(nats_port),
    }
    project = f"kulturskole-test-{secrets.token_hex(4)}"
    try:
        compose = Compose(project, environment, "deploy/compose.demo.yml")
    except NoEngine as none:
        pytest.exit(str(none), returncode=1)
    try:
        compose.run("build", "provision", within=1200)
        began = time.monotonic()
        compose.run("up", "--detach", "--no-build", *compose.pull, "--wait", within=300)
        sys.stdout.write(f"\nhealthy after {time.monotonic() - began:.1f} s\n")
        yield Stack(compose=compose, url=f"http://127.0.0.1:{port}", nats_port=nats_port, secrets=folder)
    finally:
        if "KEEP" not in os.environ:
            compose.run("down", "--volumes", "--timeout", "30", check=False)


def test_all_of_it_ends_healthy_and_what_runs_once_has_ended_well(stack: Stack) -> None:
    found = stack.compose.containers()
    assert {name: found[name]["Health"] for name in OF_OUR_IMAGE} == dict.fromkeys(OF_OUR_IMAGE, "healthy")
    assert {found[name]["State"] for name in ("nats", "postgres", "gateway", "mail")} == {"running"}
    assert {name: found[name]["ExitCode"] for name in ONCE} == dict.fromkeys(ONCE, 0)


def test_only_the_gateway_and_nats_are_reached_from_outside_and_on_loopback_alone(stack: Stack) -> None:
    services = stack.compose.config()["services"]
    published = {name: [port["host_ip"] for port in it["ports"]] for name, it in services.items() if it.get("ports")}
    assert published == {"gateway": ["127.0.0.1"], "nats": ["127.0.0.1"]}
    networks = {name: set(it["networks"]) for name, it in services.items()}
    assert {name for name, of in networks.items() if "outside" in of} == {"gateway", "nats"}


@pytest.mark.parametrize("service", OF_OUR_IMAGE)
def test_it_runs_as_nobody_in_particular_on_a_root_that_it_cannot_write(stack: Stack, service: str) -> None:
    done = stack.compose.python(service, "import os; print(os.getuid()); open('/app/x', 'w')")
    assert done.stdout.strip() == "10001"
    assert "Read-only file system" in done.stderr


def test_no_container_can_take_the_whole_machine(stack: Stack) -> None:
    """Each is limited, and the engine keeps to it; where cgroups tell depends on their version."""
    limits = {
        name: (it.get("mem_limit"), it.get("pids_limit")) for name, it in stack.compose.config()["services"].items()
    }
    assert all(memory and pids for memory, pids in limits.values()), limits
    code = """
from pathlib import Path
for names in (("memory.max", "memory/memory.limit_in_bytes"), ("pids.max", "pids/pids.max")):
    print(next(file.read_text().strip() for name in names if (file := Path("/sys/fs/cgroup") / name).exists()))
"""
    memory, pids = limits["billing"]
    assert stack.compose.python("billing", code).stdout.split() == [str(memory), str(pids)]


def test_the_image_holds_the_program_and_none_of_the_embedded_servers(stack: Stack) -> None:
    code = """
import shutil, subprocess
from importlib import util
print(subprocess.run(["kulturskole", "--version"], capture_output=True, text=True).stdout.strip())
print([shutil.which("nats-server"), *(util.find_spec(name) for name in ("aiosmtpd", "pytest"))])
print(subprocess.run(["kulturskole", "up"], capture_output=True, text=True).stderr.strip())
"""
    version, embedded, up = stack.compose.python("billing", code).stdout.splitlines()
    assert version == f"kulturskole {metadata.version('fremtidens-kulturskole')}"
    assert embedded == "[None, None, None]"
    assert up.startswith("kulturskole: this runs servers of its own, which are not installed here")


def test_a_services_role_sees_no_other_services_database(stack: Stack) -> None:
    code = """
import asyncio, asyncpg, sys
password = open("/run/secrets/postgres-billing").read().strip()
async def main(database):
    connection = await asyncpg.connect(host="postgres", user="billing", password=password, database=database)
    print(await connection.fetchval("SELECT current_database()"))
asyncio.run(main("billing"))
asyncio.run(main("registration"))
"""
    done = stack.compose.python("billing", code)
    assert done.stdout.strip() == "billing"
    assert "permission denied for database" in done.stderr


def test_the_role_that_serves_cannot_change_what_is_issued(stack: Stack) -> None:
    code = """
import asyncio, asyncpg
password = open("/run/secrets/postgres-billing").read().strip()
async def main():
    connection = await asyncpg.connect(host="postgres", user="billing", password=password, database="billing")
    for statement in ("UPDATE invoice SET amount_ore = 1", "DELETE FROM invoice", "DROP TRIGGER invoice_stays ON invoice"):
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError as error:
            print(error)
asyncio.run(main())
"""
    done = stack.compose.python("billing", code)
    assert done.stdout.splitlines() == [
        *["permission denied for table invoice"] * 2,
        "must be owner of relation invoice",
    ]


def test_without_a_key_nothing_but_health_answers(stack: Stack) -> None:
    ready = httpx.get(f"{stack.url}/billing/health/ready").json()
    assert (ready["ready"], ready["faults"]) == (True, [])
    assert httpx.get(f"{stack.url}/billing/summary?programme=p").status_code == 401
    assert httpx.get(f"{stack.url}/health/live").status_code == 200


def test_the_demo_ends_in_the_same_books(stack: Stack, tmp_path: Path) -> None:
    """Meanwhile its databases are kept, one after the other, for the test after the next ones."""
    with ThreadPoolExecutor() as pool:
        playing = pool.submit(stack.demo, tmp_path)
        eventually(lambda: stack.state("billing")["last_sequence"] > 0)
        stack.compose.paste(commands(OPERATIONS, "What to keep")[0], stack.kept)
        done = playing.result()
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "books.json").read_text() == UNDISTURBED.read_text()
    verified = stack.command("billing", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    again = stack.demo(tmp_path)
    assert again.returncode == 1
    assert "the demo begins on 15.01.2024: it needs new volumes" in again.stderr


def test_the_pages_are_at_the_root_for_whoever_has_a_key(stack: Stack) -> None:
    path = "/program/regionalt-2024-2025"
    with httpx.Client(base_url=stack.url, headers={"Origin": stack.url}, timeout=30) as client:
        assert client.get(path).headers["location"] == f"/logg-inn?til={quote(path, safe='')}"
        assert client.post("/logg-inn", data={"key": "wrong"}).status_code == 422
        assert client.post("/logg-inn", data={"key": stack.key}).status_code == 303
        page = client.get(path)
        assert page.status_code == 200, page.text
        assert "Kristiansund" in page.text
        assert client.post("/logg-ut", headers={"Origin": "https://evil.example"}).status_code == 403


def test_other_systems_read_through_the_published_port(stack: Stack) -> None:
    assert first_that_is_read(stack.secrets / "nats-reader.json").startswith("kulturskole.")


def test_another_system_is_let_in_and_put_out_while_nats_runs(stack: Stack, tmp_path: Path) -> None:
    operator, file = ("--password-file", str(stack.secrets / "nats-operator")), tmp_path / "regnskap.json"
    added = stack.command("subscribers", "add", "regnskap", "--type", "credit_note.*", "--out", str(file), *operator)
    assert added.returncode == 0, added.stdout + added.stderr
    assert first_that_is_read(file).startswith("kulturskole.billing.credit_note.issued.v1")
    assert stack.command("subscribers", "revoke", "regnskap", *operator).returncode == 0
    listed = stack.command("subscribers", "list", *operator).stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["reader"]


def first_that_is_read(credentials: Path) -> str:
    reading = (ROOT / "docs" / "for-subscribers.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    with subprocess.Popen(
        [sys.executable, "-c", reading, str(credentials)], stdout=subprocess.PIPE, text=True
    ) as subscriber:
        assert subscriber.stdout is not None
        first = subscriber.stdout.readline()
        subscriber.kill()
    return first


def test_a_key_that_is_added_beside_running_containers_is_in_force(stack: Stack) -> None:
    file = str(stack.secrets / "keys" / "keys.json")
    made = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "keys", "create", "ny", "--role", "reader", "--file", file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    answer = httpx.get(f"{stack.url}/billing/summary?programme=regionalt-2024-2025", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["invoices"] == 35


def test_what_was_kept_while_the_demo_played_is_recovered_by_the_commands_of_the_page(stack: Stack) -> None:
    """Pasted as they stand there, for all four: loaded, recovered, started. What is loaded into what runs is refused.

    What scheduling lacks then is said anew. Nothing is issued and nobody is written to.
    """
    sessions = {
        it["id"]: it for it in stack.get("/scheduling/programmes/regionalt-2024-2025/sessions?limit=100")["items"]
    }
    told = {service: stack.state(service)["last_sequence"] for service in ("billing", "notifications")}
    mails = stack.get("/notifications/summary?programme=regionalt-2024-2025")
    block = commands(OPERATIONS, "Putting back")[0]
    stop, load, start = re.split(r"(?m)^(?=docker compose exec)|^(?=docker compose up)", block)
    of = {service: [it.replace("billing", service) for it in (stop, load, start)] for service in PUBLISHERS}
    refused = stack.compose.paste(of["billing"][1], stack.kept, check=False)
    assert refused.returncode != 0
    assert "is being accessed by other users" in refused.stderr
    for stop, _, _ in of.values():
        stack.compose.paste(stop, stack.kept)
    for service, (_, load, _) in of.items():
        done = stack.compose.paste(load, stack.kept)
        dry, _, did = done.stdout.partition("--do does it")
        assert re.search(rf"^{service}: [1-9]\d* of its own events would be adopted$", dry, re.MULTILINE)
        assert re.search(rf"^{service}: [1-9]\d* of its own events were adopted$", did, re.MULTILINE)
    stack.compose.paste(start.replace("billing", " ".join(PUBLISHERS)), stack.kept)
    # The gateway may learn a moment later where a name now leads.
    eventually(lambda: all(stack.is_reached(service) for service in PUBLISHERS))
    for lost in stack.get("/scheduling/operations/missing?limit=100")["items"]:
        stack.correct(f"/scheduling/sessions/{lost['id']}", {it: sessions[lost["id"]][it] for it in lost["fields"]})
    audited = stack.command("audit", "regionalt-2024-2025", "--password-file", str(stack.secrets / "nats-operator"))
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert stack.get("/billing/programmes/regionalt-2024-2025/books") == json.loads(UNDISTURBED.read_text())
    assert stack.get("/notifications/summary?programme=regionalt-2024-2025") == mails
    assert {service: stack.state(service)["last_sequence"] for service in told} == told


def test_it_stops_in_time_comes_back_and_has_what_it_had(stack: Stack, tmp_path: Path) -> None:
    began = time.monotonic()
    stack.compose.run("stop", *SERVE)
    assert time.monotonic() - began < 25
    assert {stack.compose.containers()[name]["ExitCode"] for name in SERVE} == {0}
    stack.compose.run("restart", "nats", "postgres")
    stack.compose.run("up", "--detach", "--no-build", *stack.compose.pull, "--wait", within=300)
    assert stack.get("/billing/programmes/regionalt-2024-2025/books") == json.loads(UNDISTURBED.read_text())
    assert [stack.state(service)["parked"] for service in PUBLISHERS] == [0, 0, 0, 0]
