"""What containers run needs nothing but what the image holds; what needs more says so."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from shared.contracts.catalogue import PUBLISHERS
from tests.end_to_end.started import ROOT
from tests.support.waiting import PATIENCE

# A Python in which what the image leaves out can't be imported.
PRELUDE = """
import sys

left_out = set(sys.argv.pop(1).split(","))

class LeftOut:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top in left_out:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)

sys.meta_path.insert(0, LeftOut)
"""
NOWHERE = ("--url", "http://127.0.0.1:9", "--key", "k")
NO_NATS = ("--nats-url", "nats://127.0.0.1:9", "--password-file", "README.md")


def left_out() -> set[str]:
    """The modules that are installed here and not in the image."""
    lock = (ROOT / "requirements" / "image.lock").read_text(encoding="utf-8")
    held = {*re.findall(r"^([\w-]+)==", lock, re.MULTILINE), "fremtidens-kulturskole"}
    return {
        module
        for module, names in packages_distributions().items()
        if not held & {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    }


def in_the_image(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, ",".join(left_out()), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def kulturskole(*arguments: str) -> subprocess.CompletedProcess[str]:
    return in_the_image("from deploy.cli import main; main()", *arguments)


def test_the_mail_sinks_library_is_among_what_is_left_out() -> None:
    assert {"aiosmtpd", "pytest"} <= left_out()


@pytest.mark.parametrize("service", PUBLISHERS)
def test_a_service_is_loaded_with_what_the_image_holds(service: str) -> None:
    done = in_the_image(f"import services.{service}.__main__")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments", [("--version",), ("bootstrap", "FOLDER"), ("keys", "list"), ("events", "schemas")]
)
def test_a_command_runs_with_what_the_image_holds(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = kulturskole(*(str(tmp_path / "secrets") if it == "FOLDER" else it for it in arguments))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("provision", *NO_NATS), "does not let its user operator in"),
        (("audit", "p", *NOWHERE, *NO_NATS), "does not let its user operator in"),
        (("demo", *NOWHERE), "does not answer"),
    ],
    ids=["provision", "audit", "demo"],
)
def test_a_command_gets_as_far_as_what_it_is_to_reach(arguments: tuple[str, ...], why: str) -> None:
    done = kulturskole(*arguments)
    assert done.returncode == 1
    assert why in done.stderr


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_command_that_needs_the_embedded_servers_says_that_they_are_not_there(command: str) -> None:
    done = kulturskole(command)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "make install" in line
