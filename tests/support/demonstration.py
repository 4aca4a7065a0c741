"""A programme half-way through, made once for all tests that look at it; each works on a copy of its own.

`python -m tests.support.demonstration play FOLDER` makes it, `… serve FOLDER` runs it, on free ports.
"""

from __future__ import annotations

import asyncio
import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path

import httpx

from deploy.client import Client
from deploy.demo import story
from deploy.demo.cast import municipalities
from deploy.demo.play import Play
from deploy.embedded import running
from deploy.run import Ports, up
from shared.web import keys
from shared.web.keys import Role
from tests.support.processes import dies_with_tests, end
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
PROGRAMME, NEXT_PROGRAMME = story.PROGRAMME, "regionalt-2026-2027"
NOW = date(2025, 2, 21)  # the day after joint session 3, which nobody has completed yet


async def play(folder: Path) -> None:
    """Two instalments are not due yet, visits are planned, and the next programme has applications that nobody has assessed."""
    async with (
        running(folder, port=0, nats_port=0, simulated_clock=True) as it,
        Client(it.url, it.first_key or "") as client,
    ):
        played = Play(client, lambda _: None, PROGRAMME)
        applicants = municipalities()
        accepted = [one for one in applicants if one.takes_part]
        await story.open_the_programme(played, applicants)
        await story.select(played, applicants)
        await story.form_groups(played, accepted)
        await story.begin(played, accepted)
        await story.first_semester(played, accepted)
        async with played.on(NOW, "Dagen etter fellessamling 3", at=time(8)):
            when = {"days": {"first": "2025-02-19", "last": "2025-02-20"}}
            await played.change("move", "joint_session", 3, when=when)
            await client.post("/registration/programmes", _next_programme())
            for one in applicants[:2]:
                application = one.application()
                await client.post(f"/registration/programmes/{NEXT_PROGRAMME}/applications", application)


def _next_programme() -> dict[str, object]:
    return {
        "code": NEXT_PROGRAMME,
        "name": "Fremtidens kulturskole, regionalt program 2026–2027",
        "period_start": "2026-08-01",
        "period_end": "2027-12-31",
        "fee_ore": 2_000_000,
        "contact_person": {"name": "Ingrid Moe", "email": "ingrid.moe@raadet.example", "phone": "+47 900 00 003"},
    }


def made_once(shared: Path) -> Path:
    """The folder of the state in `shared`, where all processes that test come by."""
    folder = shared / "half-way"
    with (shared / "half-way.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            beside = shared / "half-way.new"
            shutil.rmtree(beside, ignore_errors=True)
            _run("play", beside)
            beside.rename(folder)
    return folder


def _run(what: str, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.support.demonstration", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Shown:
    """What runs on a copy. Keys are named after their holders."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._keys: dict[Role, str] = {}

    def key(self, role: Role = "administrator") -> str:
        """The secret of a key with this role."""
        if role not in self._keys:
            self._keys[role] = keys.create(self.folder / "keys" / "keys.json", name=f"Kari {role}", role=role)
        return self._keys[role]

    def api(self, role: Role = "administrator") -> httpx.Client:
        """The JSON APIs."""
        headers = {"Authorization": f"Bearer {self.key(role)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    @contextmanager
    def browser(self, role: Role | None = "administrator") -> Iterator[httpx.Client]:
        """Who looks at the pages, logged in; nobody where `role` is None. It says where its forms come from, as browsers do."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=PATIENCE) as client:
            if role is not None:
                answer = client.post("/logg-inn", data={"key": self.key(role)})
                assert answer.status_code == 303, answer.text
            yield client


@contextmanager
def shown(of: Path, folder: Path) -> Iterator[Shown]:
    """Run a copy of a state, the pages too."""
    shutil.copytree(of, folder)
    command = [sys.executable, "-m", "tests.support.demonstration", "serve", str(folder)]
    log = folder.with_name(f"{folder.name}.err")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, preexec_fn=dies_with_tests()
        )
        try:
            assert process.stdout is not None
            ready = re.search(r"http://\S+", process.stdout.readline().decode())
            assert ready, log.read_text()
            yield Shown(ready[0], folder)
        finally:
            end(process)
            process.stdout.close()  # type: ignore[union-attr]  # it was asked for


if __name__ == "__main__":
    where = Path(sys.argv[2])
    if sys.argv[1] == "play":
        asyncio.run(play(where))
    else:
        asyncio.run(up(where, Ports(http=0, nats=0), lambda it: print(it, flush=True), simulated_clock=True))  # noqa: T201
