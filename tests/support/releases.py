"""A version as it was released: its code from the history, beside what its own lock says in an environment of its own."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "releases"  # by commit, so that the next run finds it; `make clean` removes it


class NoHistory(Exception):
    """The history does not reach back to the version."""


@dataclass(frozen=True)
class Program:
    """The code of one version, and the Python that runs it."""

    folder: Path
    python: str


THIS = Program(ROOT, sys.executable)


def released(version: str) -> Program:
    """The last state of a version. Where the history is missing the test is skipped, but fails in CI."""
    try:
        commit = last_commit_of(version)
    except NoHistory as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    folder = KEPT / f"{version}-{commit[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process that runs tests may be at it
        found = Program(folder / "source", str(folder / "environment" / "bin" / "python"))
        if not (folder / "complete").exists():
            _unpack(commit, found.folder)
            _install(found)
            (folder / "complete").touch()
    return found


def last_commit_of(version: str) -> str:
    """The last commit of the line of releases whose pyproject.toml has this version. Raises NoHistory."""
    changed = ["log", "--first-parent", "--diff-merges=first-parent", "--format=%H", f'-Sversion = "{version}"']
    try:
        commits = _git(*changed, "--", "pyproject.toml").split()
        # The newest of them took the version away, so the one before it is the last that has it.
        return _git("rev-parse", "--verify", f"{commits[0]}^").strip()
    except (OSError, subprocess.CalledProcessError, IndexError) as error:
        msg = f"version {version} is not in the history here; git fetch --unshallow brings all of it ({error})"
        raise NoHistory(msg) from error


def _unpack(commit: str, folder: Path) -> None:
    command = ["git", "archive", "--format=zip", commit]  # not tar, whose safe way of unpacking came with 3.11.4
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        found.extractall(folder)


def _install(program: Program) -> None:
    environment = Path(program.python).parents[1]
    _run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(environment))
    # A .venv may have been made without pip, as the Makefile does where Python has no ensurepip.
    pip = next(it for it in (sys.executable, sys._base_executable) if _has_pip(it))  # type: ignore[attr-defined]  # noqa: SLF001
    quietly = ("--quiet", "--disable-pip-version-check", "install", "--no-compile", "--no-deps", "--require-hashes")
    lock = program.folder / "requirements" / "image.lock"
    _run(pip, "-m", "pip", "--python", program.python, *quietly, "--requirement", str(lock))


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _git(*arguments: str) -> str:
    return _run("git", *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command[:2], done.stdout, done.stderr)
    return done.stdout
