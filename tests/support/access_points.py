"""The fake access point, as the demo and the embedded start have it; and as a process that can be killed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from deploy.fake_access_point import HUGE, Behaviour, FakeAccessPoint, Taken, create
from tests.support.forks import Process, start
from tests.support.processes import HOST, free_port
from tests.support.waiting import eventually

__all__ = ["HUGE", "AccessPointProcess", "Behaviour", "FakeAccessPoint", "Taken", "create"]


class AccessPointProcess:
    """Knows what it was given when it is started again; how it was to behave, it does not."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://{HOST}:{(port := free_port())}"
        self._port = port
        self._file = folder / "access-point.jsonl"
        self._log = folder / "access-point.log"
        self._process: Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            arguments = ("--port", str(self._port), "--file", str(self._file))
            self._process = await start(
                "deploy.fake_access_point", *arguments, environment=os.environ, out=log, err=log
            )
        async with httpx.AsyncClient(trust_env=False) as http:

            async def answers() -> bool:
                with suppress(httpx.HTTPError):
                    return (await http.get(f"{self.url}/fake/submitted")).is_success
                return False

            await eventually(answers)

    async def kill(self) -> None:
        """kill -9. Does nothing to one that is not running."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def behave(self, receiver: str, *behaviours: Behaviour) -> None:
        """With the next documents to a receiver, 0192:NUMBER."""
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.url}/fake/behaviours/{receiver}", json=list(behaviours))
            answer.raise_for_status()

    def taken(self) -> Sequence[Taken]:
        """All that it was ever given and took."""
        if not self._file.exists():
            return []
        return [Taken(**json.loads(line)) for line in self._file.read_text(encoding="utf-8").splitlines()]
