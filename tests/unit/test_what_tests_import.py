"""Tests of one service import no other service's code and no other service's tests; what several use is in tests/support."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.catalogue import PUBLISHERS

ROOT = Path(__file__).parents[2]
KINDS = ("unit", "integration")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("support", *(f"{kind}/{service}" for kind in KINDS for service in PUBLISHERS))
    for path in (ROOT / "tests" / folder).rglob("*.py")
)


def strangers(file: str, source: str) -> list[str]:
    """The modules of this project that a file imports and may not."""
    of = file.split("/")[1:3]  # the kind of test and the service, or "support" and a module
    allowed = ["shared", "tests.support"]
    if of[0] in KINDS:
        allowed += [f"services.{of[1]}", *(f"tests.{kind}.{of[1]}" for kind in KINDS)]
    else:
        # It starts the services as they are deployed, and sees that each refusal can be said in Norwegian.
        allowed += ["deploy", "pages.frame.refusals"]
    return [
        module
        for module in imported(ast.parse(source))
        if module.split(".")[0] in ("services", "pages", "shared", "deploy", "tests")
        and not any(module == it or module.startswith(f"{it}.") for it in allowed)
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    """With what is taken from each, since that may be a module too: `from tests.unit import billing`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (it.name for it in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{it.name}" for it in node.names)


@pytest.mark.parametrize("file", FILES)
def test_a_test_of_a_service_imports_no_other_service(file: str) -> None:
    assert strangers(file, (ROOT / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import services.registration.app",
        "from services.registration.tables import programme",
        "from services import registration",
        "from tests.unit.registration.samples import PROGRAMME",
        "from tests.integration import registration",
        "from deploy.client import Client",
        "def late() -> None:\n    from services.registration import tables",
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_whoever_does_is_found(kind: str, line: str) -> None:
    assert len(strangers(f"tests/{kind}/billing/documents/test_kid.py", line)) == 1


@pytest.mark.parametrize("line", ["from services.billing import tables", "from tests.unit.billing import samples"])
def test_what_several_use_knows_no_service(line: str) -> None:
    assert len(strangers("tests/support/events.py", line)) == 1
