"""The walls between packages hold: each is broken on purpose, in a copy, and seen to fall."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {it["name"]: it["id"] for it in CONTRACTS}

# Contract, file, and what is imported there. Where there is none it is made: a cafeteria is nothing that will ever be built.
BROKEN = [
    ("top", "shared/migrations/env.py", ["services.billing.tables"]),
    ("top", "services/billing/app.py", ["deploy.ports"]),
    ("services", "services/billing/app.py", ["services.scheduling.tables"]),
    ("registration", "services/registration/people/repository.py", ["services.registration.groups.repository"]),
    ("registration", "services/registration/cafeteria/__init__.py", []),
    ("billing", "services/billing/documents/repository.py", ["services.billing.instalments.repository"]),
    ("notifications", "services/notifications/mailings/repository.py", ["services.notifications.calendars.repository"]),
    ("scheduling", "services/scheduling/sessions/repository.py", ["services.scheduling.plans.repository"]),
    ("top", "pages/app.py", ["services.billing.tables"]),
    ("pages", "pages/today/routes.py", ["pages.login.routes"]),
    ("pages", "pages/cafeteria/__init__.py", []),
    ("stateless", "pages/frame/api.py", ["sqlalchemy", "nats", "shared.database", "shared.messaging.outbox"]),
    ("floors", "services/registration/groups/repository.py", ["services.registration.groups.admin_api"]),
    ("floors", "services/billing/documents/cafeteria.py", []),
    ("shared", "shared/messaging/inbox.py", ["shared.web.keys"]),
    ("shared", "shared/cafeteria.py", []),
    (
        "domain",
        "services/billing/documents/domain/kid.py",
        ["os", "pathlib", "secrets", "time", "pydantic", "shared.clock", "shared.contracts.billing"],
    ),
    ("domain", "services/scheduling/sessions/domain/period.py", ["services.scheduling.tables", "sqlalchemy"]),
    ("contracts", "shared/contracts/billing.py", ["os", "shared.errors", "shared.points"]),
    ("pure", "shared/money.py", ["random"]),
]

# A line of a domain that asks the machine, and the check that says so.
IMPURE = {
    "datetime.now(UTC)": "TID251",
    "datetime.utcnow()": "TID251",
    "datetime.today()": "TID251",
    "date.today()": "TID251",
    "time.time()": "TID251",
    "time.time_ns()": "TID251",
    "os.urandom(8)": "TID251",
    "import random": "TID251",
    "from secrets import token_hex": "TID251",
    "import uuid": "TID251",
    "from uuid_utils import uuid7": "TID251",
    'open("a")': "PTH123",
}
REACHING_OUT = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and its configuration, to be broken."""
    folder = tmp_path_factory.mktemp("walls")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("services", "pages", "shared", "deploy"):
        shutil.copytree(ROOT / package, folder / package, ignore=_all_but_python)
    (folder / "tests" / "support").mkdir(parents=True)
    for path in ("tests/__init__.py", "tests/support/__init__.py", "tests/support/only.py"):
        shutil.copy(ROOT / path, folder / path)
    return folder


@contextmanager
def importing(path: Path, modules: Sequence[str]) -> Iterator[None]:
    """A file that imports these too; it is made where there is none."""
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"import {it}\n" for it in modules)
    try:
        yield
    finally:
        if before is not None:
            path.write_bytes(before)
        elif path.name == "__init__.py":
            shutil.rmtree(path.parent)
        else:
            path.unlink()


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {it for it in names if not it.endswith(".py") and not Path(folder, it).is_dir()} | {"__pycache__"}


def lint_imports(folder: Path) -> tuple[set[str], str]:
    """The ids of the contracts that are broken there, and all that is said of it."""
    command = [str(TOOLS / "lint-imports"), "--no-logo"]
    environment = os.environ | {"COLUMNS": "1000"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert {NAMES[name] for name in verdicts} == set(NAMES.values()), done.stdout + done.stderr
    return {NAMES[name] for name, verdict in verdicts.items() if verdict == "BROKEN"}, done.stdout


def test_all_walls_stand(copy: Path) -> None:
    assert lint_imports(copy)[0] == set()


@pytest.mark.parametrize(("contract", "file", "imported"), BROKEN, ids=[f"{it[0]}: {it[1]}" for it in BROKEN])
def test_a_wall_falls(copy: Path, contract: str, file: str, imported: list[str]) -> None:
    with importing(copy / file, imported):
        broken, said = lint_imports(copy)
    assert broken == {contract}
    for it in imported:
        assert re.search(rf"{re.escape(it)} \(l\.\d+\)", said), f"{it} is not named: {said}"


def test_each_wall_is_seen_to_fall() -> None:
    assert {contract for contract, _, _ in BROKEN} == set(NAMES.values())


def test_a_domain_that_asks_the_machine_is_refused(tmp_path: Path) -> None:
    """By ruff, with our configuration, at each line."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    head = ["import os", "import time", "from datetime import UTC, date, datetime"]
    rule = tmp_path / "services" / "billing" / "documents" / "domain" / "rule.py"
    rule.parent.mkdir(parents=True)
    rule.write_text("\n".join([*head, *IMPURE]), encoding="utf-8")
    command = [str(TOOLS / "ruff"), "check", "--no-cache", "--output-format", "json", str(rule)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = {(it["location"]["row"], it["code"]) for it in json.loads(done.stdout)}
    assert found >= {(row, code) for row, code in enumerate(IMPURE.values(), start=len(head) + 1)}


def test_no_domain_reaches_out_by_a_built_in() -> None:
    """What needs no import: files, the screen, code made at run time."""
    assert _reaching_out("def rule(path: str) -> None:\n    read = open\n    input()\n") == {"open", "input"}
    domains = [*(ROOT / "services").glob("**/domain/*.py"), *(ROOT / "services").glob("**/domain.py")]
    assert len(domains) > 10
    assert {path: found for path in domains if (found := _reaching_out(path.read_text(encoding="utf-8")))} == {}


def test_no_service_asks_its_machine_what_time_it_is() -> None:
    """What one replica writes another compares: `clock.now` and `clock.database_now` ask the database."""
    modules = [it for it in (ROOT / "services").glob("**/*.py") if "migrations" not in it.parts]
    assert len(modules) > 100
    assert [it for it in modules if "real_now" in it.read_text(encoding="utf-8")] == []


def _reaching_out(source: str) -> set[str]:
    return {it.id for it in ast.walk(ast.parse(source)) if isinstance(it, ast.Name)} & REACHING_OUT
