"""Docker Compose where an engine answers; else a stand-in for one (`LAB`) that runs the same compose file."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class NoEngine(Exception):
    """Neither an engine answers nor is there a stand-in."""


class Compose:
    """One project of this checkout's compose file, with files laid over it."""

    def __init__(self, project: str, environment: Mapping[str, str], *overlays: str) -> None:
        self._program, self.pull, images = _program()
        self._environment = environment
        files = [word for file in ("docker-compose.yml", *overlays, *images) for word in ("--file", file)]
        self._project = [*files, "--project-name", project]

    def run(
        self, *arguments: str, within: float = 120, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One command of compose, to its end. Raises AssertionError where it fails, with what it said."""
        done = subprocess.run(
            [*self._program, *self._project, *arguments],
            cwd=ROOT,
            env=os.environ | dict(self._environment),
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
            input=stdin,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done

    def paste(
        self, commands: str, folder: Path, *, within: float = 300, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Commands as a shell runs them in a folder, where `docker compose` is this project."""
        docker = folder / "bin" / "docker"
        docker.parent.mkdir(exist_ok=True)
        program = shlex.join([*self._program, *self._project])
        docker.write_text(f'#!/bin/sh\nshift\ncd {shlex.quote(str(ROOT))} && exec {program} "$@"\n')
        docker.chmod(0o755)
        path = {"PATH": f"{docker.parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", commands],
            cwd=folder,
            env=os.environ | dict(self._environment) | path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert not check or done.returncode == 0, f"{commands}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done

    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("config", "--format", "json").stdout)
        return found

    def containers(self) -> dict[str, dict[str, Any]]:
        """By service, what is known of its container, ended ones too."""
        lines = self.run("ps", "--all", "--format", "json").stdout.splitlines()
        return {it["Service"]: it for it in map(json.loads, lines)}

    def python(self, service: str, code: str) -> subprocess.CompletedProcess[str]:
        """Run a program that says something in a service's container; again where an engine lost what it said."""
        for _ in range(3):
            done = self.run("exec", "--no-TTY", service, "python", "-", stdin=code, check=False)
            if done.stdout or done.stderr:
                break
        return done


def _program() -> tuple[list[str], list[str], list[str]]:
    """The command, the options by which its `up` takes images that are there already, and an overlay that names them."""
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"], [], []
    lab = (ROOT / os.environ.get("LAB", "")).resolve()
    if not lab.is_file():
        msg = f"no container engine answers, and there is no stand-in at {lab}: start an engine, or give LAB=…"
        raise NoEngine(msg)
    # What it leaves running would keep a pipe of ours open.
    subprocess.run([lab, "up"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return [str(lab), "compose"], ["--pull", "never"], ["tests/containers/stand_in.yml"]
