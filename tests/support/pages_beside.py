"""The pages as a process of their own, as they are deployed, beside services that run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.demonstration import ROOT
from tests.support.processes import HOST, dies_with_tests, end, free_port
from tests.support.waiting import PATIENCE


def environment(secret: Path, api_url: str, **more: str) -> Mapping[str, str]:
    """What pages of their own are told, and `more`."""
    given = {"API_URL": api_url, "SESSION_SECRET_FILE": str(secret), **more}
    return os.environ | {f"KULTURSKOLE_{name}": value for name, value in given.items()}


@contextmanager
def served(secret: Path, api_url: str, log: Path) -> Iterator[httpx.Client]:
    """Whoever looks at pages that believe the word of gateways on this machine."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    said = environment(secret, api_url, PORT=str(port), PUBLIC_URL=url, GATEWAYS=HOST)
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pages", "serve"], cwd=ROOT, env=said, stderr=errors, preexec_fn=dies_with_tests()
        )
    try:
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=PATIENCE) as client:
            until = time.monotonic() + PATIENCE
            while not _is_ready(client):
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.05)
            yield client
    finally:
        end(process)
        assert process.returncode == 0, log.read_text()


def _is_ready(client: httpx.Client) -> bool:
    try:
        return bool(client.get("/health/ready").json() == {"ready": True, "degraded": False})
    except httpx.ConnectError:
        return False
