"""`kulturskole up` and `demo` as a user starts them: a process of its own, told apart by what it prints."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from deploy import cli
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


class Started:
    """A running `up`. `key` is the operator's, where this run made it."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "deploy.cli",
                "up",
                "--state",
                str(state),
                "--port",
                "0",
                "--nats-port",
                "0",
                *options,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url, self.nats_port, self.key = "", 0, None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if ready := re.search(r"(http://\S+)\s+·\s+NATS på port (\d+)", line):
                self.url, self.nats_port = ready[1], int(ready[2])
            if key := re.search(r"API-nøkkel.*: (\S+)$", line):
                self.key = key[1]
            if not line.strip():
                break
        if not self.url:
            msg = f"it did not start: {self.process.communicate()[1]}"
            raise AssertionError(msg)

    def children(self) -> list[int]:
        """Process ids, by Linux's account of them."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """The exit code."""
        self.process.send_signal(how)
        _, self.complaints = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@contextmanager
def started(state: Path, *options: str) -> Iterator[Started]:
    it = Started(state, *options)
    try:
        yield it
    finally:
        if it.process.poll() is None:
            it.stop()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"  # one whose parent was killed waits for whoever adopts it


def run(*arguments: str, within: float = 4 * PATIENCE) -> subprocess.CompletedProcess[str]:
    """One command of `kulturskole`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )


def run_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has loaded the code already; for commands that set up no logs and no servers."""
    out, err = io.StringIO(), io.StringIO()
    typed = patch.object(sys, "argv", ["kulturskole", *arguments])
    code = 0
    with typed, chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.1)
